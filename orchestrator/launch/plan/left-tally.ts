import type { PlannedTrial } from '../../../grids/index.ts';
import type { Predictor } from '../../sweep/predictor.ts';
import type { KnownTrials } from './known-trials.ts';
import { WallClock } from './wall-clock.ts';

export type PlanState = 'done' | 'failed' | 'planned';

export interface LeftOptions {
  readonly known: KnownTrials;
  readonly predictor: Predictor;
  /** Sustained FLOP/s of one device, to go by instead of the predictor. */
  readonly deviceFlops?: number | undefined;
  readonly workers: number;
}

/** What the seconds of a plan come from. */
export type Pace = 'device' | 'measured' | 'partly-measured' | 'finished' | 'rough';

export interface LeftTotals {
  readonly done: number;
  /** For good: they are trained again only where `retry` says so. */
  readonly failed: number;
  readonly toTrain: number;
  readonly trainFlopsLeft: number;
  readonly workers: number;
  /** Of what is left, on all workers together. */
  readonly wallSeconds: number;
  readonly pace: Pace;
  /** Held out in the trial that holds out fewest. */
  readonly minivalImages: number;
}

/** Adds up what is left of a plan while it is streamed elsewhere. */
export class LeftTally {
  readonly #options: LeftOptions;
  readonly #wall = new WallClock();
  #done = 0;
  #failed = 0;
  #left = 0;
  #trainFlops = 0;
  #minivalImages = Infinity;
  /** Of those left, how many the predictor has not measured the like of. */
  #unmeasured = 0;
  /** Of finished ones: what they took, and what would have been predicted. */
  #measuredSeconds = 0;
  #predictedSeconds = 0;

  constructor(options: LeftOptions) {
    this.#options = options;
  }

  add({ trial, cost }: PlannedTrial): PlanState {
    const { known, predictor } = this.#options;
    this.#minivalImages = Math.min(this.#minivalImages, trial.spec.data.minivalImages);
    const stored = known(trial.id);
    const seconds = this.secondsOf({ trial, cost });
    if (stored?.state === 'done') {
      this.#done++;
      if (stored.seconds !== null && stored.seconds > 0) {
        this.#measuredSeconds += stored.seconds;
        this.#predictedSeconds += seconds;
      }
      return 'done';
    }
    if (stored?.state === 'failed') {
      this.#failed++;
      return 'failed';
    }
    this.#left++;
    this.#trainFlops += cost.trainFlops;
    if (!predictor.knows(trial.spec)) this.#unmeasured++;
    this.#wall.add(seconds);
    return 'planned';
  }

  /** Of a whole trial on one worker. */
  secondsOf({ trial, cost }: Pick<PlannedTrial, 'trial' | 'cost'>): number {
    const { deviceFlops, predictor } = this.#options;
    return deviceFlops === undefined ? predictor.seconds(trial.spec, cost) : cost.trainFlops / deviceFlops;
  }

  totals(): LeftTotals {
    const pace = this.#pace();
    // Where nothing was measured here, finished trials of the same plan say how far the rough figure is off.
    const correction = pace === 'finished' ? this.#measuredSeconds / this.#predictedSeconds : 1;
    return {
      done: this.#done,
      failed: this.#failed,
      toTrain: this.#left,
      trainFlopsLeft: this.#trainFlops,
      workers: this.#options.workers,
      wallSeconds: correction * this.#wall.with(this.#options.workers),
      pace,
      minivalImages: this.#minivalImages,
    };
  }

  #pace(): Pace {
    const { deviceFlops, predictor } = this.#options;
    if (deviceFlops !== undefined) return 'device';
    if (predictor.isMeasured && this.#unmeasured === 0) return 'measured';
    if (this.#predictedSeconds > 0) return 'finished';
    return predictor.isMeasured && this.#unmeasured < this.#left ? 'partly-measured' : 'rough';
  }
}
