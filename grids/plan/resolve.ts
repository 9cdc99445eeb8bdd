/** One cell of a program: all its settings, and the trial that each seed makes of it. */
import {
  recipeSpec,
  type ModelSetting,
  type ModelSpec,
  type OwnParams,
  type RecipeSpec,
  type TrialSpec,
} from '../../contract/index.ts';
import { familyOf } from '../../models/index.ts';
import { describe } from '../schema/fields.ts';
import { OWN_PREFIX } from '../schema/own-fields.ts';
import { GridError, shown, type Place } from '../read/problems.ts';
import type { GridProgram, Rule } from '../read/program.ts';
import type { Assignment } from './space.ts';
import type { AxisValue, Cell } from '../cell.ts';

export interface ResolvedCell {
  readonly cell: Cell;
  /** Every setting by name. */
  readonly settings: Readonly<Assignment>;
}

/** @throws {GridError} when a rule gives a value that its setting does not take, or settings contradict each other. */
export function resolveCell(program: GridProgram, index: number): ResolvedCell {
  const assigned: Assignment = {};
  program.space.assign(index, assigned);
  const family = String(assigned['family'] ?? program.fixed['family']);
  const settings: Assignment = { ...program.base[family], ...assigned };
  const refuse = (place: Place, message: string): GridError => {
    const where = program.axes.map((name) => `${name} ${assigned[name] ?? settings[name]}`);
    return new GridError(program.file, [{ ...place, message: `${message} in the cell ${where.join(', ')}` }]);
  };
  const foreign = program.foreignAxes[family]?.find((name) => Object.hasOwn(assigned, name));
  if (foreign !== undefined)
    throw refuse(program.placeOf(foreign), `Expected only settings of the family ${family}, got \`${foreign}\``);
  for (const rule of program.rules) {
    if (Object.hasOwn(assigned, rule.field.name)) continue;
    const value = apply(rule, settings);
    if (value === undefined) {
      throw refuse(
        rule.place,
        `Expected \`${rule.field.name}\` to be ${describe(rule.field)}, got ${shown(rule.evaluate(settings))}`,
      );
    }
    settings[rule.field.name] = value;
  }
  const contradiction = contradictionIn(program, settings);
  if (contradiction !== undefined) throw refuse(contradiction.place, contradiction.message);
  // A cell of a list may leave an axis out: it then has the value that the setting has beside the axes, or none where its
  // family has no such setting.
  const cell: Assignment = {};
  for (const axis of program.axes) if (settings[axis] !== undefined) cell[axis] = settings[axis];
  return { cell: cell as Cell, settings };
}

/** `undefined` for a value that the setting does not take. */
function apply({ field, evaluate }: Rule, settings: Assignment): AxisValue | undefined {
  const value = evaluate(settings);
  // Twelve digits: `0.1 * 3` and `0.3` are the same setting, and so the same trial.
  const tidy = typeof value === 'number' ? Number(value.toPrecision(12)) : value;
  return field.schema.safeParse(tidy).success ? tidy : undefined;
}

function contradictionIn(
  { data, placeOf }: GridProgram,
  settings: Assignment,
): { place: Place; message: string } | undefined {
  const number = (name: string): number => Number(settings[name]);
  const images = number('trainImages') + number('minivalImages');
  if (images > data.images) {
    return {
      place: placeOf('trainImages'),
      message: `Expected trainImages + minivalImages to be at most ${data.images}, all of ${data.name}, got ${images}`,
    };
  }
  if (number('batchSize') > number('trainImages')) {
    return {
      place: placeOf('batchSize'),
      message: `Expected batchSize to be at most trainImages ${number('trainImages')}, got ${number('batchSize')}`,
    };
  }
  if (number('warmupEpochs') > 0 && number('warmupEpochs') >= number('epochs')) {
    return {
      place: placeOf('warmupEpochs'),
      message: `Expected warmupEpochs to be below epochs ${number('epochs')}, got ${number('warmupEpochs')}`,
    };
  }
  return undefined;
}

const RECIPE_NAMES = Object.keys(recipeSpec.shape);

/** The trial of a cell for one seed, all defaults filled in. */
export function specOf(program: GridProgram, settings: Readonly<Assignment>, seed: number): TrialSpec {
  const recipe: Assignment = {};
  for (const name of RECIPE_NAMES) recipe[name] = settings[name]!;
  const { name, identity } = program.data;
  return {
    model: modelOf(program, settings),
    data: {
      name,
      identity,
      trainImages: Number(settings['trainImages']),
      minivalImages: Number(settings['minivalImages']),
    },
    recipe: recipe as unknown as RecipeSpec,
    epochs: Number(settings['epochs']),
    seed,
    engine: program.engine,
  };
}

function modelOf({ data, blocks, own }: GridProgram, settings: Readonly<Assignment>): ModelSpec {
  const family = String(settings['family']);
  const model: Record<string, ModelSetting | OwnParams> = {
    family,
    depth: settings['depth']!,
    width: settings['width']!,
    resolution: settings['resolution']!,
    channels: data.channels,
    classes: data.classes,
  };
  if (own !== undefined) {
    const present = own.filter((name) => settings[name] !== undefined);
    model['params'] = Object.fromEntries(present.map((name) => [name.slice(OWN_PREFIX.length), settings[name]!]));
    return model as ModelSpec;
  }
  const stages = blocks(settings);
  if (stages !== undefined) model['blocks'] = [...stages];
  for (const name of familyOf(family).settingNames) model[name] = settings[name]!;
  return model as ModelSpec;
}
