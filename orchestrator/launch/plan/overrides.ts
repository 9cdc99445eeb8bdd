import { z } from 'zod';
import { contentHash, engineNames, ScalesweepError } from '../../../contract/index.ts';
import type { Grid } from '../../../grids/index.ts';
import type { SweepRecord } from '../../../results/index.ts';

const schema = z.strictObject({
  maxFlops: z.number().positive().exactOptional(),
  maxTrainFlops: z.number().positive().exactOptional(),
  engine: z.enum(engineNames).exactOptional(),
});

/** What the command line changes about a grid. Kept with the sweep, so that `resume` can plan it again. */
export type Overrides = Readonly<z.infer<typeof schema>>;

/** Picks the overrides out of a command's options. */
export function overridesOf({ maxFlops, maxTrainFlops, engine }: Overrides): Overrides {
  return {
    ...(maxFlops === undefined ? {} : { maxFlops }),
    ...(maxTrainFlops === undefined ? {} : { maxTrainFlops }),
    ...(engine === undefined ? {} : { engine }),
  };
}

/** Those that a sweep was planned with. @throws {ScalesweepError} STORE_CORRUPT when they are not what `overridesOf` makes */
export function storedOverrides({ id, overrides }: Pick<SweepRecord, 'id' | 'overrides'>): Overrides {
  const { data } = schema.safeParse(overrides);
  if (data !== undefined) return data;
  throw new ScalesweepError(
    'STORE_CORRUPT',
    `Expected overrides of a grid with the sweep ${id}, got ${JSON.stringify(overrides)}`,
  );
}

/** Names the sweep: the grid's own hash, or another where the command line changes which trials there are. */
export function sweepHash(grid: Grid, overrides: Overrides): string {
  return Object.keys(overrides).length === 0 ? grid.hash : contentHash({ grid: grid.hash, overrides });
}
