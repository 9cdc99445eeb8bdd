import type { SweepNews } from '../sweep/news.ts';
import type { TrialNames } from './trial-names.ts';

/** Shows a sweep's progress on standard error. */
export interface ProgressDisplay {
  take(news: SweepNews): void;
  /** Removes what was only shown for the moment. */
  close(): void;
}

export interface DisplayOptions {
  /** The sweep's name. */
  readonly title: string;
  /** Seconds until the end, or `null` while nothing is measured. May be slow: asked for every few seconds at most. */
  readonly etaSeconds: () => number | null;
  /** @defaultValue all scaling axes and the seed */
  readonly names?: TrialNames | undefined;
  /** What is missing to hand anything out. @defaultValue nothing */
  readonly waitsFor?: () => string | undefined;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}
