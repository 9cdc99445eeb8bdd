/** The dataset: its facts, and how its training images are divided into those trained on and those held out. */
import { dataSpec, didYouMean, parseAmount } from '../../contract/index.ts';
import type { Check } from '../read/check.ts';
import { compileSection, type Settings } from './settings.ts';
import { DATASETS, DEFAULT_MINIVAL_FRACTION, type DatasetFacts } from '../schema/datasets.ts';
import { FIELDS } from '../schema/fields.ts';
import { listed, shown } from '../read/problems.ts';
import type { GridProgram } from '../read/program.ts';

const FACTS = ['identity', 'images', 'classes', 'channels'] as const;

interface CompiledData {
  readonly facts: GridProgram['data'];
  /** Held out where neither the grid nor a cell says how many. */
  readonly minivalImages: number;
}

export function compileData(
  raw: Readonly<Record<string, unknown>>,
  settings: Settings,
  check: Check,
): CompiledData | undefined {
  const facts = readFacts(raw, check);
  compileSection('data', raw, settings, check);
  const numbered = raw['minivalImages'] !== undefined || settings.axes?.space.always.has('minivalImages') === true;
  if (numbered && raw['minivalFraction'] !== undefined) {
    check.report(['data', 'minivalFraction'], 'Expected `minivalImages` or `minivalFraction`, got both', true);
  }
  if (facts === undefined) return undefined;
  const place = settings.placeOf(['data']);
  const fraction = typeof raw['minivalFraction'] === 'number' ? raw['minivalFraction'] : DEFAULT_MINIVAL_FRACTION;
  const field = FIELDS.get('trainImages');
  if (raw['trainImages'] === undefined && field !== undefined) {
    settings.rules.push({ field, place, evaluate: (scope) => facts.images - Number(scope['minivalImages']) });
  }
  for (const name of ['trainImages', 'minivalImages']) settings.kinds.set(name, 'number');
  return { facts: { ...facts, name: String(raw['name']) }, minivalImages: Math.round(fraction * facts.images) };
}

const packedHint = (name: string): string =>
  `; where \`scalesweep data fetch ${name}\` has packed photographs of yours, the name is enough`;

function readFacts(raw: Readonly<Record<string, unknown>>, check: Check): DatasetFacts | undefined {
  const name = raw['name'];
  if (typeof name !== 'string' || !check.isSound(['data', 'name'])) return undefined;
  const stated = FACTS.filter((fact) => raw[fact] !== undefined);
  const known = Object.hasOwn(DATASETS, name) ? DATASETS[name] : undefined;
  if (known !== undefined) {
    for (const fact of stated)
      check.report(
        ['data', fact],
        `Expected no \`${fact}\` for the built-in dataset ${name}, got ${shown(raw[fact])}`,
        true,
      );
    return known;
  }
  if (!dataSpec.shape.name.safeParse(name).success) {
    check.report(
      ['data', 'name'],
      `Expected a dataset name of lower-case letters, digits, dots, dashes and underscores, got ${shown(name)}`,
    );
    return undefined;
  }
  if (typeof raw['identity'] === 'string' && !dataSpec.shape.identity.safeParse(raw['identity']).success) {
    check.report(
      ['data', 'identity'],
      `Expected \`identity\` to be a text of at most 200 characters, got ${shown(raw['identity'])}`,
    );
  }
  const missing = FACTS.filter((fact) => raw[fact] === undefined);
  if (missing.length > 0) {
    const names = Object.keys(DATASETS);
    const nearest = didYouMean(name, names);
    const beside = missing.map((fact) => `\`${fact}\``).join(', ');
    check.report(
      ['data', 'name'],
      `Expected ${listed(names)}, or ${beside} beside the name, got ${shown(name)}${nearest || packedHint(name)}`,
    );
    return undefined;
  }
  const count = (fact: 'images' | 'classes' | 'channels', least: number, most: number): number => {
    const given = raw[fact];
    const value = typeof given === 'string' ? parseAmount(given) : Number(given);
    if (value !== undefined && Number.isInteger(value) && value >= least && value <= most) return value;
    if (check.isSound(['data', fact]))
      check.report(
        ['data', fact],
        `Expected \`${fact}\` to be an integer from ${least} to ${most}, got ${shown(given)}`,
      );
    return least;
  };
  return {
    identity: String(raw['identity']),
    images: count('images', 1, 1e12),
    classes: count('classes', 2, 1e6),
    channels: count('channels', 1, 4),
  };
}
