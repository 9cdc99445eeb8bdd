import { ScalesweepError } from '../../contract/index.ts';

/**
 * Refuses vectors that are not those of the training that is to take them.
 *
 * @param expected lengths by name
 * @throws {ScalesweepError} `CHECKPOINT_MISMATCH`
 */
export function checkState(expected: ReadonlyMap<string, number>, state: ReadonlyMap<string, Float32Array>): void {
  const wanted = [...expected].map(([name, length]) => `${name}[${length}]`);
  const given = [...state].map(([name, values]) => `${name}[${values.length}]`);
  if (wanted.toSorted().join() === given.toSorted().join()) return;
  throw new ScalesweepError(
    'CHECKPOINT_MISMATCH',
    `Expected a checkpoint of ${wanted.join(', ')}, got ${given.join(', ')}`,
    { hint: 'It belongs to another network or program version: remove it, and the trial starts again.' },
  );
}
