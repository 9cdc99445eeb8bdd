import type { TestRedis } from '../support/redis-server.ts';

/** One line of the table: what was found, and the bound that it must keep. */
export interface Check {
  readonly scene: string;
  readonly what: string;
  readonly found: number;
  /** `-` for a figure that is only told. */
  readonly bound: string;
  readonly isKept: boolean;
}

export interface SceneContext {
  /** The scene's own, empty. */
  readonly folder: string;
  readonly redis: TestRedis;
  readonly seed: number;
  /** A count of the full size at the scale of this run; at least 2. */
  readonly scaled: (count: number) => number;
  readonly log: (line: string) => void;
}

/** Something that is done to a sweep over Redis, at full size unless scaled, and what came of it. */
export type Scene = (context: SceneContext) => Promise<Check[]>;

export interface Checks {
  readonly equal: (what: string, found: number, wanted: number) => Check;
  readonly atMost: (what: string, found: number, limit: number) => Check;
  /** No bound: it depends on the machine. */
  readonly told: (what: string, found: number) => Check;
}

export function checksOf(scene: string): Checks {
  return {
    equal: (what, found, wanted) => ({ scene, what, found, bound: `= ${wanted}`, isKept: found === wanted }),
    atMost: (what, found, limit) => ({ scene, what, found, bound: `<= ${limit}`, isKept: found <= limit }),
    told: (what, found) => ({ scene, what, found, bound: '-', isKept: true }),
  };
}

/** The one in the middle; of an even number, the mean of the two. NaN for none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
