/**
 * How much a new seed would change a cell's minival top-1, by what that depends on.
 *
 * Seeds differ more on short schedules and at small resolutions: 2.6 points at 3 epochs and 0.7 at 30 in one study. One
 * deviation for all is too small for the first and too large for the last. A cell alone has too few seeds to tell (the
 * t of one degree of freedom is 12.7), so a schedule's variance is drawn towards that of all schedules, and that of a
 * resolution within the schedule towards the schedule's: empirical Bayes, Smyth 2004 (shrink-variances.ts).
 *
 * It is what a new seed changes on the same minival images. That minival is itself a sample is another matter, and the same
 * for all cells that are compared. But where fewer than five degrees of freedom stand behind an estimate, and where all
 * seeds tie, it is not believed below what counting N images alone gives, p (1 - p) / N.
 */
import { pooledVariance, priorDf, shrunk, type Variance } from './shrink-variances.ts';

/** Seeds of cells that share schedule, resolution and what else their grid varied. */
export interface SeedGroup {
  /** The grid's other axes, as canonical JSON. */
  readonly axes: string;
  readonly epochs: number;
  readonly resolution: number;
  /** Of deviations from the cells' own means. */
  readonly sumOfSquares: number;
  readonly degreesOfFreedom: number;
}

export type SeedPlace = Pick<SeedGroup, 'axes' | 'epochs' | 'resolution'>;

/** The variance of one seed at a place and of a top-1; `null` when nothing is known of it. */
export type SeedNoise = (place: SeedPlace, top1: number) => Variance | null;

/** With fewer degrees of freedom, the images' own sampling is a lower limit. */
const ENOUGH_DF = 5;

/** `images` of minival; `null` where that is not known. */
export function seedNoise(groups: readonly SeedGroup[], images: number | null): SeedNoise {
  const schedules = new Map<string, Map<number, Variance>>();
  for (const { axes, epochs, resolution, sumOfSquares, degreesOfFreedom: df } of groups) {
    if (df < 1) continue;
    const key = scheduleKey(axes, epochs);
    const within = schedules.get(key) ?? new Map<number, Variance>();
    const each = { variance: Math.max(0, sumOfSquares) / df, df };
    const before = within.get(resolution);
    schedules.set(key, within.set(resolution, before === undefined ? each : pooledVariance([before, each])));
  }
  const own = new Map([...schedules].map(([key, within]) => [key, pooledVariance([...within.values()])]));
  const all = pooledVariance([...own.values()]);
  const bySchedule = priorDf([...own.values()]);
  const known = new Map<string, (resolution: number) => Variance>();
  const variancesOf = (key: string): ((resolution: number) => Variance) => {
    const within = [...(schedules.get(key) ?? [])];
    const mine = own.get(key) ?? { variance: 0, df: 0 };
    const schedule = own.size === 1 && mine.df > 0 ? mine : shrunk(mine, all, bySchedule);
    const byResolution = priorDf(within.map(([, variance]) => variance));
    const places = new Map(
      within.map(([resolution, each]) => [
        resolution,
        within.length === 1 ? schedule : shrunk(each, schedule, byResolution),
      ]),
    );
    const elsewhere = within.length === 0 ? schedule : shrunk({ variance: 0, df: 0 }, schedule, byResolution);
    return (resolution) => places.get(resolution) ?? elsewhere;
  };
  return ({ axes, epochs, resolution }, top1) => {
    if (all.df === 0) return null;
    const key = scheduleKey(axes, epochs);
    let variances = known.get(key);
    if (variances === undefined) known.set(key, (variances = variancesOf(key)));
    const found = variances(resolution);
    if (found.df >= ENOUGH_DF && found.variance > 0) return found;
    const floor = images === null ? 0 : countingVariance(top1, images);
    if (floor > found.variance) return { variance: floor, df: found.df };
    return found.variance > 0 ? found : null;
  };
}

/** Of the share of `images` that are right, two of either kind added (Agresti & Coull 1998), so that 100 % has one too. */
function countingVariance(top1: number, images: number): number {
  const share = (top1 * images + 2) / (images + 4);
  return (share * (1 - share)) / images;
}

function scheduleKey(axes: string, epochs: number): string {
  return `${epochs} ${axes}`;
}
