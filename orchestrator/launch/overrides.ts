import { contentHash, ENGINE_NUMERICS, makeTrial, ScalesweepError, type EngineName } from '../../contract/index.ts';
import { planGrid, type Grid, type PlanItem } from '../../grids/index.ts';
import { amount, engine } from '../cli/parsers.ts';

/** What the command line changes about a grid. */
export interface Overrides {
  readonly maxFlops?: number;
  readonly maxTrainFlops?: number;
  readonly engine?: EngineName;
}

/** Picks the overrides out of a command's options. */
export function overridesOf({ maxFlops, maxTrainFlops, engine }: Overrides): Overrides {
  return {
    ...(maxFlops === undefined ? {} : { maxFlops }),
    ...(maxTrainFlops === undefined ? {} : { maxTrainFlops }),
    ...(engine === undefined ? {} : { engine }),
  };
}

/** A grid's plan with the overrides applied, as a stream that can be walked any number of times. */
export function planWith(grid: Grid, overrides: Overrides): Iterable<PlanItem> {
  const plan = planGrid(grid, overrides);
  const name = overrides.engine;
  if (name === undefined || name === grid.engine) return plan;
  if (name === 'command') {
    throw new ScalesweepError(
      'USAGE',
      `Expected ${grid.file} to name a trainer for --engine command, got ${grid.engine}`,
      {
        hint: 'engine: {command: NAME} in the grid; docs/trainers.md says what a trainer is.',
      },
    );
  }
  return {
    *[Symbol.iterator]() {
      for (const item of plan) {
        if (item.kind === 'excluded') yield item;
        else
          yield {
            ...item,
            trial: makeTrial({ ...item.trial.spec, engine: { name, numerics: ENGINE_NUMERICS[name] } }),
          };
      }
    },
  };
}

/** Names the sweep: the grid's own hash, or another where the command line changes which trials there are. */
export function sweepHash(grid: Grid, overrides: Overrides): string {
  return Object.keys(overrides).length === 0 ? grid.hash : contentHash({ grid: grid.hash, overrides });
}

/** How the overrides are kept with the sweep, so that `resume` can plan it again. */
export function overridesToArgv({ maxFlops, maxTrainFlops, engine }: Overrides): string[] {
  return [
    ...(maxFlops === undefined ? [] : ['--max-flops', String(maxFlops)]),
    ...(maxTrainFlops === undefined ? [] : ['--max-train-flops', String(maxTrainFlops)]),
    ...(engine === undefined ? [] : ['--engine', engine]),
  ];
}

/** @throws {ScalesweepError} STORE_CORRUPT when it is not what `overridesToArgv` writes. */
export function overridesFromArgv(argv: readonly string[]): Overrides {
  const found: { maxFlops?: number; maxTrainFlops?: number; engine?: EngineName } = {};
  for (let i = 0; i + 1 < argv.length; i += 2) {
    const value = argv[i + 1]!;
    if (argv[i] === '--max-flops') found.maxFlops = amount(value);
    else if (argv[i] === '--max-train-flops') found.maxTrainFlops = amount(value);
    else if (argv[i] === '--engine') found.engine = engine(value);
    else
      throw new ScalesweepError(
        'STORE_CORRUPT',
        `Expected overrides of a grid with the sweep, got '${argv.join(' ')}'`,
      );
  }
  return found;
}
