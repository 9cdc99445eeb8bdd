import type { PlannedTrial } from '../../grids/index.ts';
import type { SweepPlan } from '../launch/plan/plan-sweep.ts';
import { grouped } from '../progress/words.ts';
import type { PlanPlace } from './plan-place.ts';
import { engineOf } from './plan-view.ts';

interface Range {
  least: number;
  most: number;
}

/** On what the trials of a plan are trained, and by what: gathered while it is walked. */
export class PlanSetting {
  readonly #by: string;
  readonly #train: Range = { least: Infinity, most: 0 };
  readonly #minival: Range = { least: Infinity, most: 0 };
  readonly #trainer: string | undefined;
  readonly #families = new Set<string>();
  #dataset = '';

  constructor(planned: SweepPlan, { device }: PlanPlace) {
    // Costs that the trainer prints are its own.
    this.#trainer = planned.grid.ownCost ? undefined : planned.trainer?.name;
    const engine = engineOf(planned);
    const name = planned.trainer === undefined ? engine : `${engine} (${planned.trainer.name})`;
    this.#by = `engine ${name}${device === null ? '' : ` on ${device}`}`;
  }

  add({ trial }: PlannedTrial): void {
    const { name, trainImages, minivalImages } = trial.spec.data;
    this.#families.add(trial.spec.model.family);
    this.#dataset = name;
    widen(this.#train, trainImages);
    widen(this.#minival, minivalImages);
  }

  /** Whose costs the table has, where that is not who trains. */
  costWords(): string | undefined {
    if (this.#trainer === undefined) return undefined;
    const families = [...this.#families].join(' and ');
    return `FLOPs, params and memory are of ${families} at each cell, not of ${this.#trainer}: with engine.ownCost it prints its own`;
  }

  /** `fashion-mnist, 18,000 images to train on and 1,000 held out to choose by (minival); engine onnx on cpu`. */
  words(): string {
    const images = `${rangeWords(this.#train)} images to train on and ${rangeWords(this.#minival)} held out to choose by (minival)`;
    return `${this.#dataset}, ${images}; ${this.#by}`;
  }
}

function widen(range: Range, value: number): void {
  range.least = Math.min(range.least, value);
  range.most = Math.max(range.most, value);
}

function rangeWords({ least, most }: Range): string {
  return least === most ? grouped(most) : `${grouped(least)} to ${grouped(most)}`;
}
