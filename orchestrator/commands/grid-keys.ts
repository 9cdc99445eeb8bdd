import { didYouMean, EXIT, ScalesweepError } from '../../contract/index.ts';
import { gridKeys, type GridKey } from '../../grids/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';

/**
 * `scalesweep grid keys`: every setting of a grid, from its schema.
 *
 * @param wanted the name or path of a key, or a section.
 */
export async function printGridKeys(wanted: string | undefined, options: JsonOption, io: Io): Promise<number> {
  const keys = chosen(gridKeys(), wanted);
  if (options.json === true) printJson(io, { keys });
  else io.out(keys.map((key) => keyWords(key)).join('\n'));
  return EXIT.done;
}

/** @throws {ScalesweepError} USAGE for a name that no key has */
function chosen(keys: readonly GridKey[], wanted: string | undefined): readonly GridKey[] {
  if (wanted === undefined) return keys;
  const found = keys.filter(({ key }) => key === wanted || key.startsWith(`${wanted}.`) || key.endsWith(`.${wanted}`));
  if (found.length > 0) return found;
  const names = keys.flatMap(({ key }) => [key, key.split('.').at(-1)!]);
  throw new ScalesweepError('USAGE', `Expected a key of a grid, got '${wanted}'${didYouMean(wanted, names)}`, {
    hint: 'scalesweep grid keys lists all of them.',
  });
}

/**
 * ```
 * recipe.warmupEpochs [0]: a number >= 0, epochs
 *     linear warm-up of the learning rate from 0
 * ```
 */
function keyWords({ key, required, default: usual, values, unit, about, byFamily }: GridKey): string {
  const isOwn = usual === null && !required && byFamily !== null;
  const lead = required ? ' (required)' : usual === null ? '' : ` [${usual}]`;
  const families = Object.entries(byFamily ?? {});
  const byEach =
    usual !== null ? [] : families.map(([family, value]) => `    ${family}: ${isOwn ? `[${value}]` : value}`);
  return [`${key}${lead}: ${values}${unit === '' ? '' : `, ${unit}`}`, `    ${about}`, ...byEach].join('\n');
}
