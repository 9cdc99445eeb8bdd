/** What a network costs, predicted from its graph before it is trained. */
import type { Capped, Fact } from './fact.ts';

export interface CostFact extends Fact {
  readonly budget?: Capped;
}

export const COSTS = [
  {
    name: 'flops',
    column: 'flops',
    type: 'number',
    accepts: 'positive',
    unit: '',
    head: 'FLOPs',
    title: 'FLOPs of one forward pass',
    print: 'amount',
    better: 'lower',
    // ResNet-RS, Table 7.
    description: 'one forward pass of one image, 1 multiply-add = 2',
    budget: { rank: 1, noun: 'FLOPs', words: 'FLOPs', bucket: 'flops_bucket', index: 'cells_by_flops' },
  },
  {
    name: 'params',
    column: 'params',
    type: 'number',
    accepts: 'positive',
    unit: '',
    head: 'params',
    title: 'parameters',
    print: 'amount',
    better: 'lower',
    description: 'trainable parameters',
    budget: { rank: 3, noun: 'parameters', words: 'parameters', bucket: 'params_bucket', index: 'cells_by_params' },
  },
  {
    name: 'activations',
    column: 'activations',
    type: 'number',
    accepts: 'positive',
    unit: '',
    head: 'activations',
    print: 'amount',
    better: 'lower',
    // "Activations" in Dollar et al. 2021, section 3.
    description: 'elements of all convolution outputs of one image',
  },
  {
    name: 'memoryBytes',
    column: 'memory_bytes',
    type: 'number',
    accepts: 'positive',
    unit: 'bytes',
    head: 'memory',
    print: 'bytes',
    better: 'lower',
    description: "predicted peak of a training step at the recipe's batch size, bytes",
    budget: { rank: 4, noun: 'memory', words: 'bytes of memory', bucket: 'memory_bucket', index: 'cells_by_memory' },
  },
  {
    name: 'trainFlops',
    column: 'train_flops',
    type: 'number',
    accepts: 'positive',
    unit: '',
    head: 'train FLOPs',
    title: 'FLOPs of the whole training',
    print: 'amount',
    better: 'lower',
    description: '3 x flops x training images x epochs',
    budget: {
      rank: 2,
      noun: 'train FLOPs',
      words: 'train FLOPs',
      bucket: 'train_flops_bucket',
      index: 'cells_by_train_flops',
    },
  },
] as const satisfies readonly CostFact[];

export type CostName = (typeof COSTS)[number]['name'];
