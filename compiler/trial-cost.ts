import type { TrialCost, TrialSpec } from '../contract/index.ts';
import { buildNetwork, networkCost } from '../models/index.ts';
import { trainingMemory } from './memory.ts';

/**
 * Predicted cost of a trial. Train FLOPs = 3 x FLOPs x images x epochs: the backward pass costs twice the forward pass.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE`
 */
export function trialCost(spec: TrialSpec): TrialCost {
  const network = buildNetwork(spec.model);
  const { flops, params, activations } = networkCost(network);
  return {
    flops,
    params,
    activations,
    memoryBytes: trainingMemory(network, spec.recipe.batchSize, { average: spec.recipe.emaDecay > 0 }),
    trainFlops: 3 * flops * spec.data.trainImages * spec.epochs,
  };
}
