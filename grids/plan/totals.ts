/** Sums over a plan. */
import type { TrialCost, TrialSpec } from '../../contract/index.ts';
import type { PlanItem } from './plan.ts';

/** Predicts the wall-clock seconds of a trial on one worker slot. */
type SecondsOf = (spec: TrialSpec, cost: TrialCost) => number;

export interface TotalsOptions {
  readonly secondsOf?: SecondsOf;
  /** Sustained FLOP/s of one device, for GPU-hours. */
  readonly deviceFlops?: number;
}

export interface PlanTotals {
  readonly cells: number;
  readonly trials: number;
  /** Cells that were cut. */
  readonly excluded: number;
  /** Cut cells by rule, most frequent first. */
  readonly excludedBy: Readonly<Record<string, number>>;
  readonly trainFlops: number;
  /** Of all trials one after the other, on one slot; `null` without a predictor. */
  readonly predictedSeconds: number | null;
  /** `null` without `deviceFlops`. */
  readonly gpuHours: number | null;
}

/** Distinct rules that are counted by name; a grid can have more reasons than anybody reads. */
const MAX_RULES = 1000;
const OTHER_RULES = 'other rules';

/** Adds up a plan while it is streamed elsewhere. */
export class PlanTally {
  readonly #options: TotalsOptions;
  readonly #excludedBy = new Map<string, number>();
  #trials = 0;
  #cells = 0;
  #excluded = 0;
  #trainFlops = 0;
  #seconds = 0;
  #cell: unknown;

  constructor(options: TotalsOptions = {}) {
    this.#options = options;
  }

  add(item: PlanItem): void {
    // The trials of a cell come one after the other and share its object.
    if (item.cell !== this.#cell) this.#cells += 1;
    this.#cell = item.cell;
    if (item.kind === 'excluded') {
      this.#excluded += 1;
      const rule = this.#excludedBy.has(item.rule) || this.#excludedBy.size < MAX_RULES ? item.rule : OTHER_RULES;
      this.#excludedBy.set(rule, (this.#excludedBy.get(rule) ?? 0) + 1);
      return;
    }
    this.#trials += 1;
    this.#trainFlops += item.cost.trainFlops;
    this.#seconds += this.#options.secondsOf?.(item.trial.spec, item.cost) ?? 0;
  }

  totals(): PlanTotals {
    const { secondsOf, deviceFlops } = this.#options;
    return {
      cells: this.#cells,
      trials: this.#trials,
      excluded: this.#excluded,
      excludedBy: Object.fromEntries([...this.#excludedBy].sort(([, a], [, b]) => b - a)),
      trainFlops: this.#trainFlops,
      predictedSeconds: secondsOf === undefined ? null : this.#seconds,
      gpuHours: deviceFlops === undefined ? null : this.#trainFlops / deviceFlops / 3600,
    };
  }
}

export function planTotals(plan: Iterable<PlanItem>, options: TotalsOptions = {}): PlanTotals {
  const tally = new PlanTally(options);
  for (const item of plan) tally.add(item);
  return tally.totals();
}
