import type { ModelSpec } from '../contract/index.ts';
import { inputShapes, type Network, type Node } from './graph.ts';
import { definitionOf } from './ops/index.ts';
import { dimsOf, elements } from './shape.ts';
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
  readonly output: readonly number[];
}

export interface NetworkCost extends Cost {
  readonly stages: readonly StageCost[];
}

function nodeCost(network: Network, node: Node): Cost {
  const definition = definitionOf(node.op);
  return {
    flops: definition.flops?.(node.op, inputShapes(network, node), node.shape) ?? 0,
    params: node.params.reduce((sum, { shape }) => sum + elements(shape), 0),
    activations: definition.activations?.(node.op, node.shape) ?? 0,
  };
}

export function networkCost(network: Network): NetworkCost {
  const stages: { stage: string; flops: number; params: number; activations: number; output: readonly number[] }[] = [];
  for (const node of network.nodes) {
    const cost = nodeCost(network, node);
    let stage = stages.at(-1);
    if (stage?.stage !== node.stage) {
      stage = { stage: node.stage, flops: 0, params: 0, activations: 0, output: [] };
      stages.push(stage);
    }
    stage.flops += cost.flops;
    stage.params += cost.params;
    stage.activations += cost.activations;
    stage.output = dimsOf(node.shape);
  }
  const total = (field: 'flops' | 'params' | 'activations'): number =>
    stages.reduce((sum, stage) => sum + stage[field], 0);
  return { flops: total('flops'), params: total('params'), activations: total('activations'), stages };
}

/** @throws {ScalesweepError} `MODEL_UNBUILDABLE` */
export function modelCost(spec: ModelSpec): NetworkCost {
  return networkCost(buildNetwork(spec));
}
