/**
 * What a trial takes of memory. The constants are measured on the onnx engine's blocked lowering (docs/performance.md,
 * "Memory"): they say how much of a graph is alive at one time, which no single node knows.
 */
import type { TrialSpec } from '../contract/index.ts';
import { buildNetwork, definitionOf, elements, inputShapes, sizeOf, type Network } from '../models/index.ts';

const FLOAT_BYTES = 4;

/** Images evaluated at one time by the onnx engine. */
export const EVALUATION_BATCH = 200;

/** Rounding and gaps of ONNX Runtime's arena, and scratch. */
const ARENA = 1.2;
/** Copies of every parameter that are there all the time: the parameters, which a step writes over, and the momentum buffer. */
const PARAM_COPIES = 2;
/** Copies that are alive during a step: gradients, and weights rearranged for the backward pass. */
const PARAMS_ALIVE = 0.9;
/** Of the moving average. */
const AVERAGE_COPIES = 1;
/** Of the gradients, where micro-batches add them up. */
const GRADIENT_COPIES = 1;
/** Outputs of the size of the largest that are alive during an evaluation, rounding and gaps included; basic blocks need only 3.3. */
const ALIVE_IN_EVALUATION = 4.3;
/** A worker that trains nothing: Node.js, ONNX Runtime, the thread that fills batches, and what trials before have left. */
const WORKER_BYTES = 172e6;

/**
 * Predicted peak bytes of one training step: parameters with all that is kept beside them, and the outputs of nodes that the
 * backward pass reads.
 */
export function trainingMemory(network: Network, batch: number, { average = false } = {}): number {
  return heldMemory(network, average) + stepMemory(network, batch);
}

/** Between two steps as well. */
function heldMemory(network: Network, average: boolean): number {
  return (PARAM_COPIES + (average ? AVERAGE_COPIES : 0)) * paramBytes(network);
}

/** While a step runs. Channels that are added to fill blocks are not counted: few networks have many. */
function stepMemory(network: Network, batch: number): number {
  let kept = 0;
  for (const node of network.nodes)
    kept += definitionOf(node.op).kept?.(node.op, inputShapes(network, node), node.shape) ?? 0;
  return ARENA * FLOAT_BYTES * batch * kept + PARAMS_ALIVE * paramBytes(network);
}

function paramBytes(network: Network): number {
  let params = 0;
  for (const node of network.nodes) for (const param of node.params) params += elements(param.shape);
  return FLOAT_BYTES * params;
}

/**
 * Predicted peak resident bytes of the worker process that trains a trial with the onnx engine on a CPU: what `peakBytes` of its
 * result measures. Steps and evaluations take turns in the same memory.
 *
 * @param microBatch images at one time, where the batch is split.
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE`
 */
export function workerMemory({ model, data, recipe }: TrialSpec, microBatch?: number): number {
  const network = buildNetwork(model);
  const batch = microBatch ?? Math.min(recipe.batchSize, data.trainImages);
  const largest = Math.max(...network.nodes.map(({ shape }) => sizeOf(shape)));
  const evaluated = microBatch === undefined ? EVALUATION_BATCH : Math.min(EVALUATION_BATCH, 4 * microBatch);
  const images = (data.trainImages + data.minivalImages) * model.channels * model.resolution ** 2;
  const held =
    heldMemory(network, recipe.emaDecay > 0) + (microBatch === undefined ? 0 : GRADIENT_COPIES * paramBytes(network));
  const evaluation = FLOAT_BYTES * ALIVE_IN_EVALUATION * evaluated * largest;
  return WORKER_BYTES + images + held + Math.max(stepMemory(network, batch), evaluation);
}
