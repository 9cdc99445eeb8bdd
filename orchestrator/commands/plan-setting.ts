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
  #dataset = '';

  constructor(planned: SweepPlan, { device }: PlanPlace) {
    const engine = engineOf(planned);
    const name = planned.trainer === undefined ? engine : `${engine} (${planned.trainer.name})`;
    this.#by = `engine ${name}${device === null ? '' : ` on ${device}`}`;
  }

  add({ trial }: PlannedTrial): void {
    const { name, trainImages, minivalImages } = trial.spec.data;
    this.#dataset = name;
    widen(this.#train, trainImages);
    widen(this.#minival, minivalImages);
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
