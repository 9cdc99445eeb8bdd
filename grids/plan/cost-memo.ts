/** Costs of trials, each distinct network built once: building one takes about a millisecond, and most cells share theirs. */
import { isScalesweepError, type TrialCost, type TrialSpec } from '../../contract/index.ts';
import { trialCost } from '../../compiler/index.ts';

/** A cost, or why there is no such network. */
export type CostOrReason = { readonly cost: TrialCost } | { readonly reason: string };

/** Enough for every grid that varies up to this many networks in an inner axis; some 40 MB. */
const MAX_KEPT = 50_000;

/** Of all a trial has, cost depends on the network and the batch size, and train FLOPs on images and epochs too. */
export function costKey({ model, recipe }: Pick<TrialSpec, 'model' | 'recipe'>): string {
  return `${recipe.batchSize} ${JSON.stringify(model)}`;
}

export class CostMemo {
  /** Least recently used first. */
  readonly #kept = new Map<string, CostOrReason>();
  readonly #capacity: number;

  readonly #find: (spec: TrialSpec) => CostOrReason;

  /** @param find What is asked for each distinct network. @defaultValue the built-in family */
  constructor(capacity = MAX_KEPT, find: (spec: TrialSpec) => CostOrReason = builtInCost) {
    this.#capacity = capacity;
    this.#find = find;
  }

  costOf(spec: TrialSpec): CostOrReason {
    const key = costKey(spec);
    let found = this.#kept.get(key);
    if (found === undefined) {
      found = this.#find(spec);
      if (this.#kept.size >= this.#capacity) this.#kept.delete(this.#kept.keys().next().value!);
    } else {
      this.#kept.delete(key);
    }
    this.#kept.set(key, found);
    if ('reason' in found) return found;
    return { cost: { ...found.cost, trainFlops: 3 * found.cost.flops * spec.data.trainImages * spec.epochs } };
  }
}

/** Read off the network's graph. */
export function builtInCost(spec: TrialSpec): CostOrReason {
  try {
    return { cost: trialCost(spec) };
  } catch (error) {
    if (isScalesweepError(error) && error.code === 'MODEL_UNBUILDABLE') return { reason: error.message };
    throw error;
  }
}
