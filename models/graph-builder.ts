import type { Network, Node } from './graph.ts';
import { definitionOf, type Op } from './ops/index.ts';
import type { ActivationFn } from './ops/activation.ts';
import type { Shape } from './shape.ts';

/** A number per spatial axis, or one for all of them. */
export type PerAxis = number | readonly number[];

export interface ConvOptions {
  /** @defaultValue 1 */
  readonly stride?: PerAxis;
  /** @defaultValue 1 */
  readonly groups?: number;
  /** @defaultValue false */
  readonly bias?: boolean;
}

/** Appends nodes and works out their shapes and parameters from `ops`. Handles are node ids. */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #classes: number;
  /** The stage that new nodes belong to. */
  stage = 'stem';

  constructor(classes: number) {
    this.#classes = classes;
  }

  shapeOf(id: number): Shape {
    const node = this.#nodes[id];
    if (node === undefined) throw new RangeError(`Expected the id of one of ${this.#nodes.length} nodes, got ${id}`);
    return node.shape;
  }

  finish(): Network {
    return { nodes: this.#nodes, classes: this.#classes };
  }

  /** A node of any operation; the other methods are short forms of this one. */
  node(name: string, op: Op, inputs: readonly number[]): number {
    const id = this.#nodes.length;
    const shapes = inputs.map((input) => this.shapeOf(input));
    const definition = definitionOf(op);
    const shape = definition.shape(op, shapes);
    const params = definition.params?.(op, name, shapes) ?? [];
    const stats = definition.stats?.(op, name, shapes) ?? [];
    this.#nodes.push({ id, name, stage: this.stage, op, inputs, shape, params, stats });
    return id;
  }

  input(shape: Shape): number {
    return this.node('input', { kind: 'input', shape }, []);
  }

  conv(name: string, from: number, filters: number, kernel: PerAxis, options: ConvOptions = {}): number {
    const { stride = 1, groups = 1, bias = false } = options;
    const { spatial } = this.shapeOf(from);
    const perAxis = (sides: PerAxis): readonly number[] =>
      typeof sides === 'number' ? spatial.map(() => sides) : sides;
    const op = { kind: 'conv', filters, kernel: perAxis(kernel), stride: perAxis(stride), groups, bias } as const;
    return this.node(name, op, [from]);
  }

  /** A convolution with one filter for each channel. */
  depthwiseConv(name: string, from: number, kernel: PerAxis, options: Omit<ConvOptions, 'groups'> = {}): number {
    const { channels } = this.shapeOf(from);
    return this.conv(name, from, channels, kernel, { ...options, groups: channels });
  }

  norm(name: string, from: number, startAt = 1): number {
    return this.node(name, { kind: 'norm', startAt }, [from]);
  }

  /** `none` adds no node. */
  activation(name: string, from: number, fn: ActivationFn | 'none'): number {
    return fn === 'none' ? from : this.node(name, { kind: 'activation', fn }, [from]);
  }

  add(name: string, a: number, b: number): number {
    return this.node(name, { kind: 'add' }, [a, b]);
  }

  channelScale(name: string, from: number, by: number): number {
    return this.node(name, { kind: 'channel-scale' }, [from, by]);
  }

  maxPool(name: string, from: number): number {
    return this.node(name, { kind: 'max-pool' }, [from]);
  }

  avgPool(name: string, from: number): number {
    return this.node(name, { kind: 'avg-pool' }, [from]);
  }

  globalPool(name: string, from: number): number {
    return this.node(name, { kind: 'global-pool' }, [from]);
  }

  dropout(name: string, from: number): number {
    return this.node(name, { kind: 'dropout' }, [from]);
  }

  dropPath(name: string, from: number, share: number): number {
    return this.node(name, { kind: 'drop-path', share }, [from]);
  }

  dense(name: string, from: number, units: number): number {
    return this.node(name, { kind: 'dense', units }, [from]);
  }
}
