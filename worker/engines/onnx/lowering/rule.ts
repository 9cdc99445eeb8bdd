import type { Node, Op, OpKind, Shape } from '../../../../models/index.ts';
import type { OnnxGraph, Value } from '../onnx-graph.ts';

/** What a rule may ask for while it lowers a node. */
export interface LoweringContext {
  readonly graph: OnnxGraph;
  /** Images per step, fixed when the graph is written. */
  readonly batch: number;
  /** `train`: batch statistics and drops. `evaluate`: running statistics, nothing dropped. */
  readonly mode: 'train' | 'evaluate';
  readonly param: (name: string) => Value;
  /** A running statistic. */
  readonly stat: (name: string) => Value;
  readonly shapeOf: (nodeId: number) => Shape;
  /** The forward value of a node. */
  readonly valueOf: (nodeId: number) => Value;
  /** Whether anybody wants the gradient of this node's output: not of the image. */
  readonly needsGradient: (nodeId: number) => boolean;
  /** Hands in the gradient of a parameter, in the parameter's shape. */
  readonly gradient: (param: string, value: Value) => void;
  /** Hands in the statistic of this batch, which moves the running one. */
  readonly batchStat: (name: string, value: Value) => void;
  /** Keeps a value of the forward pass for the backward pass of the same node. */
  readonly save: (node: Node, key: string, value: Value) => void;
  readonly saved: (node: Node, key: string) => Value;
  /** Multipliers that drop: [batch, features] for dropout, [batch, 1, 1, 1] for a path. `undefined` when off. */
  readonly mask: (node: Node) => Value | undefined;
}

export type NodeOf<K extends OpKind> = Node & { readonly op: Extract<Op, { kind: K }> };

/** How one kind of node becomes ONNX operations, forwards and backwards. */
export interface Rule<K extends OpKind> {
  forward(context: LoweringContext, node: NodeOf<K>, inputs: readonly Value[]): Value;
  /** The gradient of each input, given that of the output; `undefined` where there is none to pass on. */
  backward(context: LoweringContext, node: NodeOf<K>, gradient: Value): readonly (Value | undefined)[];
}

/** One rule per kind of node. */
export type Lowering = { readonly [K in OpKind]: Rule<K> } & { readonly layout: string };
