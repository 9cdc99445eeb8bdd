import type { Node, NodeOf, OpKind, Param, Shape } from '../../models/index.ts';
import type { LossRule } from '../loss/standard-loss.ts';
import type { OnnxGraph, Value } from '../onnx/onnx-graph.ts';

/** What a rule may ask for while it lowers a node. */
export interface LoweringContext {
  readonly graph: OnnxGraph;
  /** Images per step, fixed when the graph is written; with batch packing, divided by the images in a block. */
  readonly batch: number;
  /** Images in one block of channels (batch packing): 1 except for few channels in the blocked layout. */
  readonly packed: number;
  /** Of the lowering. */
  readonly block: number;
  /** `train`: batch statistics and drops. `evaluate`: running statistics, nothing dropped. */
  readonly mode: 'train' | 'evaluate';
  /** A parameter, in the form that the lowering stores it in. */
  readonly param: (name: string) => Value;
  /** A running statistic, likewise. */
  readonly stat: (name: string) => Value;
  readonly shapeOf: (nodeId: number) => Shape;
  /** The forward value of a node. */
  readonly valueOf: (nodeId: number) => Value;
  /** Whether the gradient of this node's output is needed: not of the image. */
  readonly needsGradient: (nodeId: number) => boolean;
  /** Hands in the gradient of a parameter, in the form that the lowering stores the parameter in. */
  readonly gradient: (param: string, value: Value) => void;
  /** Hands in the statistic of this batch, which moves the running one. */
  readonly batchStat: (name: string, value: Value) => void;
  /** Multipliers that drop: [batch, features, ...1] for dropout, [batch, 1, ...1] for a path. `undefined` when off. */
  readonly mask: (node: Node) => Value | undefined;
}

/** How one kind of node becomes ONNX operations, forwards and backwards. */
export interface Rule<K extends OpKind> {
  forward(context: LoweringContext, node: NodeOf<K>, inputs: readonly Value[]): Value;
  /** The gradient of each input, given that of the output; `undefined` where there is none to pass on. */
  backward(context: LoweringContext, node: NodeOf<K>, gradient: Value): readonly (Value | undefined)[];
}

/** How a lowering keeps a parameter or a statistic in the flat vectors. */
export interface Storage {
  readonly shape: readonly number[];
  /** From the network's own form (row-major, the parameter's shape) to the stored one, and back. */
  store(from: Float32Array, to: Float32Array): void;
  restore(from: Float32Array, to: Float32Array): void;
}

/** A tensor that is stored: a parameter, or a statistic of a norm. */
export type Stored = Pick<Param, 'name' | 'shape'>;

/** Levels of ONNX Runtime's graph optimiser. */
export type Optimisation = 'basic' | 'all';

/** One rule per kind of node. */
export type Rules = { readonly [K in OpKind]: Rule<K> };

/** The rules, and what lies around the nodes. The value of the last node is plain: [batch, classes]. */
export interface Lowering {
  readonly rules: Rules;
  readonly layout: string;
  /** Channels that lie together: 1 in the plain layout. */
  readonly block: number;
  readonly loss: LossRule;
  /** What ONNX Runtime is to do to a graph: `basic`, where it finds nothing to fuse in it but looks for as long again. */
  readonly optimisation: Optimisation;
  readonly storageOf: (tensor: Stored) => Storage;
  /** The sum of the gradients that reach a node over several ways. */
  readonly sum: (graph: OnnxGraph, parts: readonly Value[]) => Value;
  /** Consecutive stretches of these lengths along the first axis. */
  readonly split: (graph: OnnxGraph, value: Value, sizes: readonly number[]) => Value[];
  /** The dimensions in which flat vectors of `size` elements are handed to a step. */
  readonly vectorDims: (size: number) => readonly number[];
  /** y + x * factor over vectors of those dimensions; `factor` has the shape [1]. */
  readonly addScaled: (graph: OnnxGraph, y: Value, x: Value, factor: Value, size: number) => Value;
}

/** `Split` along the first axis. */
export function splitAtOnce(graph: OnnxGraph, value: Value, sizes: readonly number[]): Value[] {
  return graph.addMany('Split', [value, graph.ints(sizes)], sizes.length, { axis: 0 });
}
