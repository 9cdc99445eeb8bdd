import { elements, type Network } from './graph.ts';

const FLOAT_BYTES = 4;

/** Copies of every parameter: weight, gradient, momentum, moving average. */
const PARAM_COPIES = 4;

/**
 * Predicted peak bytes of one training step: the parameters with optimiser state, every node's output kept for the
 * backward pass, and the gradients that live beside them.
 */
export function trainingMemory(network: Network, batch: number): number {
  let params = 0;
  let kept = 0;
  let largest = 0;
  for (const node of network.nodes) {
    for (const param of node.params) params += elements(param.shape);
    const size = elements(node.shape);
    // ReLU, drop and pool outputs are read again by the next convolution's filter gradient; sums and norms are
    // recomputed or folded away.
    if (node.op.kind !== 'norm' && node.op.kind !== 'dropout') kept += size;
    largest = Math.max(largest, size);
  }
  return FLOAT_BYTES * (PARAM_COPIES * params + batch * (kept + 3 * largest));
}
