import type { ModelSpec } from '../contract/index.ts';
import { elements, type Network, type Node } from './graph.ts';
import { buildNetwork } from './families/build-network.ts';

/** Cost of one forward pass of one image. */
export interface Cost {
  /** Convolutions, squeeze-and-excitation and classifier; 1 multiply-add = 2 (ResNet-RS, Table 7). */
  readonly flops: number;
  /** Learned values: weights, norm scales and shifts, biases. Running statistics are not counted. */
  readonly params: number;
  /** Elements of all convolution outputs (Dollar et al. 2021, section 3). */
  readonly activations: number;
}

export interface StageCost extends Cost {
  readonly stage: string;
  /** [channels, height, width] of the stage's output. */
  readonly output: readonly [number, number, number];
}

export interface NetworkCost extends Cost {
  readonly stages: readonly StageCost[];
}

function nodeCost(network: Network, node: Node): Cost {
  const params = node.params.reduce((sum, param) => sum + elements(param.shape), 0);
  switch (node.op.kind) {
    case 'conv': {
      const channels = network.nodes[node.inputs[0]!]!.shape[0];
      const outputs = elements(node.shape);
      return { flops: 2 * outputs * channels * node.op.kernel ** 2, params, activations: outputs };
    }
    case 'dense':
      return { flops: 2 * elements(node.params[0]!.shape), params, activations: 0 };
    case 'input':
    case 'norm':
    case 'relu':
    case 'sigmoid':
    case 'add':
    case 'gate':
    case 'max-pool':
    case 'avg-pool':
    case 'global-pool':
    case 'dropout':
    case 'drop-path':
      return { flops: 0, params, activations: 0 };
  }
}

export function networkCost(network: Network): NetworkCost {
  const stages: { stage: string; flops: number; params: number; activations: number; output: Node['shape'] }[] = [];
  for (const node of network.nodes) {
    const cost = nodeCost(network, node);
    let stage = stages.at(-1);
    if (stage?.stage !== node.stage) {
      stage = { stage: node.stage, flops: 0, params: 0, activations: 0, output: node.shape };
      stages.push(stage);
    }
    stage.flops += cost.flops;
    stage.params += cost.params;
    stage.activations += cost.activations;
    stage.output = node.shape;
  }
  const total = (field: 'flops' | 'params' | 'activations'): number =>
    stages.reduce((sum, stage) => sum + stage[field], 0);
  return { flops: total('flops'), params: total('params'), activations: total('activations'), stages };
}

/** @throws {ScalesweepError} `MODEL_UNBUILDABLE` */
export function modelCost(spec: ModelSpec): NetworkCost {
  return networkCost(buildNetwork(spec));
}
