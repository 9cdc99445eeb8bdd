import { describe, expect, it } from 'vitest';
import type { FailureKind, WorkerEvent } from '../../contract/index.ts';
import { makeDeviceHealth } from '../../worker/remote/device-health.ts';
import { resultOf } from '../fixtures/result.ts';
import { noopTrial } from '../orchestrator/support/trials.ts';

type Ending = readonly [store: string, trial: number, kind: FailureKind | 'done'];

/** What is said after the last of these ends; every one before it must have left the device in. */
function after(...endings: readonly Ending[]): string | undefined {
  const health = makeDeviceHealth();
  const said = endings.map(([store, n, kind]) => {
    const head = { v: 1 as const, trial: noopTrial(n).id, attempt: 1 };
    const event: Extract<WorkerEvent, { type: 'done' | 'failed' }> =
      kind === 'done'
        ? { ...head, type: 'done', result: resultOf() }
        : { ...head, type: 'failed', kind, message: `of ${n}`, step: null };
    return health.ended(store, event);
  });
  expect(said.slice(0, -1).filter((why) => why !== undefined)).toEqual([]);
  return said.at(-1);
}

describe('a device is to blame', () => {
  it('when three trials in a row had no device', () => {
    expect(after(['a', 1, 'device'], ['a', 2, 'device'], ['a', 3, 'device'])).toBe('of 3');
  });

  it('when three trials of different sweeps crashed in a row', () => {
    expect(after(['a', 1, 'crash'], ['b', 2, 'crash'], ['a', 3, 'crash'])).toMatch(/different sweeps.* of 3$/);
  });

  it('also when trials were interrupted in between', () => {
    expect(after(['a', 1, 'crash'], ['a', 9, 'interrupted'], ['b', 2, 'device'], ['b', 3, 'crash'])).toBeDefined();
  });

  it.each<[string, readonly Ending[]]>([
    [
      'all are of one sweep, which may have a bug',
      [
        ['a', 1, 'crash'],
        ['a', 2, 'crash'],
        ['a', 3, 'crash'],
        ['a', 4, 'crash'],
      ],
    ],
    [
      'one of them is the same trial again',
      [
        ['a', 1, 'crash'],
        ['b', 2, 'crash'],
        ['b', 1, 'crash'],
        ['a', 2, 'crash'],
      ],
    ],
    [
      'one was finished in between',
      [
        ['a', 1, 'crash'],
        ['b', 2, 'crash'],
        ['a', 5, 'done'],
        ['a', 3, 'crash'],
      ],
    ],
    [
      'they failed by what they are',
      [
        ['a', 1, 'diverged'],
        ['b', 2, 'config'],
        ['a', 3, 'data'],
      ],
    ],
  ])('but not when %s', (_why, endings) => {
    expect(after(...endings)).toBeUndefined();
  });
});
