import { elements, type Network, type Node, type Op, type Param, type Shape } from './graph.ts';

/** Appends nodes and works out their shapes. Handles are node ids. */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #classes: number;
  /** The stage that new nodes belong to. */
  stage = 'stem';

  constructor(classes: number) {
    this.#classes = classes;
  }

  shapeOf(id: number): Shape {
    return this.#node(id).shape;
  }

  finish(): Network {
    return { nodes: this.#nodes, classes: this.#classes };
  }

  input(shape: Shape): number {
    return this.#append('input', { kind: 'input' }, [], shape);
  }

  conv(name: string, from: number, filters: number, kernel: number, stride = 1, bias = false): number {
    const [channels, height, width] = this.shapeOf(from);
    const weight: Param = {
      name: `${name}.weight`,
      shape: [filters, channels, kernel, kernel],
      init: { kind: 'he-normal', fanOut: kernel * kernel * filters },
      decays: true,
    };
    const params = bias ? [weight, biasOf(name, filters)] : [weight];
    const shape: Shape = [filters, Math.ceil(height / stride), Math.ceil(width / stride)];
    return this.#append(name, { kind: 'conv', kernel, stride, bias }, [from], shape, params);
  }

  norm(name: string, from: number, startAt = 1): number {
    const shape = this.shapeOf(from);
    return this.#append(name, { kind: 'norm' }, [from], shape, [
      { name: `${name}.scale`, shape: [shape[0]], init: { kind: 'constant', value: startAt }, decays: false },
      { name: `${name}.shift`, shape: [shape[0]], init: { kind: 'constant', value: 0 }, decays: false },
    ]);
  }

  relu(name: string, from: number): number {
    return this.#append(name, { kind: 'relu' }, [from], this.shapeOf(from));
  }

  sigmoid(name: string, from: number): number {
    return this.#append(name, { kind: 'sigmoid' }, [from], this.shapeOf(from));
  }

  add(name: string, a: number, b: number): number {
    return this.#append(name, { kind: 'add' }, [a, b], this.shapeOf(a));
  }

  gate(name: string, from: number, by: number): number {
    return this.#append(name, { kind: 'gate' }, [from, by], this.shapeOf(from));
  }

  maxPool(name: string, from: number): number {
    return this.#append(name, { kind: 'max-pool' }, [from], halved(this.shapeOf(from)));
  }

  avgPool(name: string, from: number): number {
    return this.#append(name, { kind: 'avg-pool' }, [from], halved(this.shapeOf(from)));
  }

  globalPool(name: string, from: number): number {
    return this.#append(name, { kind: 'global-pool' }, [from], [this.shapeOf(from)[0], 1, 1]);
  }

  dropout(name: string, from: number): number {
    return this.#append(name, { kind: 'dropout' }, [from], this.shapeOf(from));
  }

  dropPath(name: string, from: number, share: number): number {
    return this.#append(name, { kind: 'drop-path', share }, [from], this.shapeOf(from));
  }

  dense(name: string, from: number, units: number): number {
    const features = elements(this.shapeOf(from));
    return this.#append(
      name,
      { kind: 'dense' },
      [from],
      [units, 1, 1],
      [
        // 0.01: the classifier of the released code starts at this deviation.
        { name: `${name}.weight`, shape: [units, features], init: { kind: 'normal', std: 0.01 }, decays: true },
        biasOf(name, units),
      ],
    );
  }

  #append(name: string, op: Op, inputs: number[], shape: Shape, params: Param[] = []): number {
    const id = this.#nodes.length;
    this.#nodes.push({ id, name, stage: this.stage, op, inputs, shape, params });
    return id;
  }

  #node(id: number): Node {
    const node = this.#nodes[id];
    if (node === undefined) throw new RangeError(`Expected the id of one of ${this.#nodes.length} nodes, got ${id}`);
    return node;
  }
}

function biasOf(name: string, size: number): Param {
  return { name: `${name}.bias`, shape: [size], init: { kind: 'constant', value: 0 }, decays: false };
}

function halved([channels, height, width]: Shape): Shape {
  return [channels, Math.ceil(height / 2), Math.ceil(width / 2)];
}
