import {
  ENGINE_NUMERICS,
  makeTrial,
  ScalesweepError,
  type EngineName,
  type EngineSpec,
  type TrainerSpec,
} from '../../../contract/index.ts';
import { planGrid, type Grid, type PlanItem } from '../../../grids/index.ts';
import type { TrainerOptions } from '../trainers.ts';
import { overridesOf, type Overrides } from './overrides.ts';
import { withTrainerCosts } from './trainer-costs.ts';

/** A grid as the command line asks for it: what `plan` prints, and `run` stores and trains. */
export interface SweepPlan {
  readonly grid: Grid;
  readonly overrides: Overrides;
  /** The user's program that trains it, where one does. */
  readonly trainer: TrainerSpec | undefined;
  /** A stream that can be walked any number of times. */
  readonly items: Iterable<PlanItem>;
}

/**
 * Plans a grid under the overrides of the command line. Writes nothing.
 *
 * @throws {GridError} where no trial is left.
 * @throws {ScalesweepError} what `withTrainerCosts` throws; USAGE for the engine `command` where the grid names no trainer.
 */
export function planSweep(source: Grid, options: Overrides & TrainerOptions = {}): SweepPlan {
  const overrides = overridesOf(options);
  requireEngineFor(source, overrides.engine);
  const grid = withTrainerCosts(source, options);
  const items = planGrid(grid, overrides);
  const { engine } = overrides;
  if (engine === undefined || engine === grid.engine) return { grid, overrides, trainer: grid.trainer, items };
  if (engine === 'command') {
    throw new ScalesweepError(
      'USAGE',
      `Expected ${grid.file} to name a trainer for --engine command, got ${grid.engine}`,
      { hint: 'engine: {command: NAME} in the grid; docs/trainers.md says what a trainer is.' },
    );
  }
  const replaced = withEngine(items, { name: engine, numerics: ENGINE_NUMERICS[engine] });
  return { grid, overrides, trainer: undefined, items: replaced };
}

/** @throws {ScalesweepError} USAGE for an engine of this program and networks that only a trainer knows. */
function requireEngineFor({ file, program, trainer }: Grid, engine: EngineName | undefined): void {
  if (program.own === undefined || engine === undefined || engine === 'command') return;
  throw new ScalesweepError(
    'USAGE',
    `Expected networks that ${engine} knows for --engine ${engine}, got a trainer's own`,
    {
      hint: `Only ${trainer?.name} knows the family and the settings of ${file}; leave --engine out.`,
    },
  );
}

function withEngine(items: Iterable<PlanItem>, engine: EngineSpec): Iterable<PlanItem> {
  return {
    *[Symbol.iterator]() {
      for (const item of items)
        yield item.kind === 'excluded' ? item : { ...item, trial: makeTrial({ ...item.trial.spec, engine }) };
    },
  };
}
