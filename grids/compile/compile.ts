/** From the values of a grid file, already of the right form, to a program; what does not fit together is reported. */
import { scalingAxes } from '../../contract/index.ts';
import type { Check } from '../read/check.ts';
import { compileAxes, isNamed, MAX_TRIALS, type CompiledAxes } from './axes.ts';
import { compileData } from './data.ts';
import { compileEngine } from './engine.ts';
import { compileFamilies, foreignAxes, type GridFamily } from './families.ts';
import { compileParams } from './params.ts';
import { compileBlocks, compileConstraints, compileSeeds } from './parts.ts';
import { compileSection, compileLearningRate, type Settings } from './settings.ts';
import { RECIPE_DEFAULTS } from '../schema/defaults.ts';
import type { Fields } from '../schema/fields.ts';
import { hasOwnNetworks } from '../schema/own-fields.ts';
import type { Path, Place } from '../read/problems.ts';
import type { GridProgram } from '../read/program.ts';
import type { Assignment } from '../plan/space.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** `undefined` when a problem was reported. */
export function compile(
  raw: Mapping,
  file: string,
  check: Check,
  placeOf: (path: Path) => Place,
  fields: Fields,
): GridProgram | undefined {
  const axes = check.isSoundHere(['axes']) ? compileAxes(raw['axes'], check, fields) : undefined;
  const part = (name: string): Mapping => (check.isSoundHere([name]) ? (raw[name] as Mapping) : {});
  const isOwn = hasOwnNetworks(raw);
  const families = compileFamilies(part('model'), axes, check, { fields, isOwn });
  const isOnAxes = (name: string): boolean => axes?.space.always.has(name) ?? isNamed(raw['axes'], name);
  const kinds = namesBeforeRules(axes, fields);
  const settings: Settings = { fixed: {}, rules: [], fields, axes, isOnAxes, families, kinds, placeOf };
  compileSection('model', part('model'), settings, check);
  const data = compileData(part('data'), settings, check);
  compileSection('recipe', part('recipe'), settings, check);
  const own = compileParams(raw['params'], isOwn, settings, check);
  compileLearningRate(part('recipe')['learningRate'], settings, check);
  const blocks = compileBlocks(part('model')['blocks'], axes, check);
  const constraints = compileConstraints(raw['constraints'], families, fields, check, placeOf);
  const seeds = compileSeeds(raw['seeds'], check);
  const engine = compileEngine(raw['engine'], check, { fields, isOwn });
  const trials = (axes?.space.size ?? 0) * seeds.length;
  if (trials > MAX_TRIALS) {
    check.report(['seeds'], `Expected at most ${MAX_TRIALS / 1e6} million trials, got ${trials}`, true);
  }
  if (axes === undefined || data === undefined || engine === undefined || check.count() > 0) return undefined;
  const { fixed, rules } = settings;
  const base = (family: GridFamily): Assignment => ({
    ...RECIPE_DEFAULTS,
    ...family.defaults,
    minivalImages: data.minivalImages,
    ...fixed,
  });
  return {
    file,
    space: axes.space,
    axisValues: axes.values,
    notes: axes.notes,
    axes: [...new Set([...scalingAxes, ...(own === undefined ? [] : ['family', ...own]), ...axes.values.keys()])],
    fixed,
    base: Object.fromEntries(families.map((family) => [family.name, base(family)])),
    foreignAxes: foreignAxes([...axes.values.keys()], families, fields),
    rules,
    blocks,
    constraints,
    data: data.facts,
    placeOf: (name) => {
      const section = fields.get(name)?.section;
      const beside = section !== undefined && (Object.hasOwn(part(section), name) || !axes.values.has(name));
      return placeOf([beside ? section : 'axes', name]);
    },
    engine,
    own,
    seeds,
  };
}

/** Axes can be named in every rule; other settings from where they are written. Broken axes: every setting may be one. */
function namesBeforeRules(axes: CompiledAxes | undefined, all: Fields): Settings['kinds'] {
  const fields = [...all.values()].filter(({ name }) => axes === undefined || axes.values.has(name));
  return new Map(fields.map(({ name, kind }) => [name, kind]));
}
