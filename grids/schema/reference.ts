/** Every key of a grid, with what it takes: for `scalesweep grid keys` and docs/grid.md. */
import { costAxes, scalingAxes } from '../../contract/index.ts';
import { families, type RegisteredFamily } from '../../models/index.ts';
import { ABOUT, type About } from './about.ts';
import { RECIPE_DEFAULTS } from './defaults.ts';
import { describe, FIELDS, type Field } from './fields.ts';
import { gridSchema } from './schema.ts';

type Value = string | number | boolean;

export interface GridKey {
  /** Path in the file: `recipe.batchSize`. */
  readonly key: string;
  /** Of a section that is there. */
  readonly required: boolean;
  /** What holds where a grid does not say it; `null` where that depends on the family, or nothing does. */
  readonly default: Value | null;
  /** What it takes. */
  readonly values: string;
  /** '' for plain numbers and for what is no number. */
  readonly unit: string;
  readonly about: string;
  /** By the families that have it: its default, or of a scaling axis what the family takes. `null` where families do not differ. */
  readonly byFamily: Readonly<Record<string, Value>> | null;
}

/** In the order of a grid file. */
export function gridKeys(): GridKey[] {
  const { model, data, recipe } = gridSchema.shape;
  return [
    ...Object.keys(gridSchema.shape).map((key) => otherKey(key)),
    ...under('model', Object.keys(model.shape)),
    ...under('data', Object.keys(data.shape)),
    ...under('recipe', Object.keys(recipe.shape)),
    ...under('axes', [...scalingAxes, 'product', 'zip', 'list']),
    ...under('budgets', costAxes),
    ...under('engine', namesUnder('engine')),
  ];
}

function under(section: string, names: readonly string[]): GridKey[] {
  return names.map((name) => {
    const field = FIELDS.get(name);
    const key = `${section}.${name}`;
    if (key === 'model.blocks') return blocksKey();
    return field === undefined || section === 'budgets' ? otherKey(key) : settingKey(key, field);
  });
}

/** Of a mapping that only the description lists. */
function namesUnder(section: string): string[] {
  return Object.keys(ABOUT)
    .filter((key) => key.startsWith(`${section}.`))
    .map((key) => key.slice(section.length + 1));
}

function otherKey(key: string): GridKey {
  const { about, unit = '', values = '', isRequired = false, default: usual = null } = aboutOf(key);
  return { key, required: isRequired, default: usual, values, unit, about, byFamily: null };
}

function settingKey(key: string, field: Field): GridKey {
  const { name, section } = field;
  const { about, unit = '', default: stated = null } = aboutOf(key);
  const having = families().filter(({ settingNames }) => settingNames.includes(name));
  const usual = section === 'recipe' ? (RECIPE_DEFAULTS as Readonly<Record<string, Value>>)[name] : undefined;
  const byFamily = section === undefined ? takenBy(name) : defaultsOf(name, having);
  return {
    key,
    required: section === undefined || name === 'family' || (section === 'recipe' && usual === undefined),
    default: usual ?? common(byFamily, section) ?? stated,
    values: name === 'learningRate' ? `${describe(field)}, or {per256: ${describe(field)}}` : describe(field),
    unit,
    about: about || (having[0]?.settings[name]?.description ?? ''),
    byFamily,
  };
}

function blocksKey(): GridKey {
  const family = families().find(({ hasBlocks }) => hasBlocks);
  return {
    ...otherKey('model.blocks'),
    values: 'a list of integers >= 1, one for each stage, or a table by depth',
    about: family?.settings['blocks']?.description ?? '',
  };
}

function aboutOf(key: string): About {
  return ABOUT[key] ?? { about: '' };
}

function defaultsOf(name: string, having: readonly RegisteredFamily[]): GridKey['byFamily'] {
  if (having.length === 0) return null;
  return Object.fromEntries(having.map((family) => [family.name, family.defaults[name]!]));
}

/** What each family says of a scaling axis. */
function takenBy(name: string): GridKey['byFamily'] {
  if (name !== 'depth' && name !== 'width' && name !== 'resolution') return null;
  const words = (family: RegisteredFamily): string =>
    name === 'resolution'
      ? `from ${family.resolution}`
      : name === 'width'
        ? `multiplies ${family.width}`
        : family.depth;
  return Object.fromEntries(families().map((family) => [family.name, words(family)]));
}

/** The default that all families share. */
function common(byFamily: GridKey['byFamily'], section: Field['section']): Value | undefined {
  if (byFamily === null || section === undefined) return undefined;
  const [first, ...others] = new Set(Object.values(byFamily));
  return others.length === 0 ? first : undefined;
}
