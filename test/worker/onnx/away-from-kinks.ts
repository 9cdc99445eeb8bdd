/**
 * Moves what a network starts with away from where its gradient jumps. A ReLU that reads a number within rounding of zero, or
 * a max pool two equal largest numbers, passes its gradient one way or the other by the last bit, and then two right
 * implementations differ by more than rounding.
 */
import type { random } from '../../../contract/index.ts';
import { Differentiation } from '../../../compiler/differentiate.ts';
import { portable } from '../../../compiler/lowerings/portable/index.ts';
import type { Lowering } from '../../../compiler/lowerings/rule.ts';
import { OnnxGraph, type Value } from '../../../compiler/onnx/onnx-graph.ts';
import { layoutOf } from '../../../compiler/parameters/stored-layout.ts';
import { maskInputs } from '../../../compiler/step/step-inputs.ts';
import { dimsOf, type Network, type Node } from '../../../models/index.ts';
import { openSession, type Session } from '../../../worker/engines/onnx/session.ts';
import { floatTensor, type Tensors } from '../../../worker/engines/onnx/tensors.ts';

/** Ten times what a different order of summation changes in single precision. */
const MARGIN = 1e-5;
const MOST_ROUNDS = 500;

export interface Moved {
  /** In the network's own layout; shifts and biases are changed. */
  readonly params: Float32Array;
  /** [batch, channels, height, width]; images whose largest pixels tie are changed a little. */
  readonly images: Float32Array;
  /** [blocks, batch] */
  readonly dropPath?: Float32Array | undefined;
}

type Draw = ReturnType<typeof random>;

/** Where a node reads a number too near to a kink. */
interface Near {
  readonly image: number;
  readonly channel: number;
}

export class KinkFinder {
  readonly #network: Network;
  readonly #batch: number;
  /** Nodes with kinks, in order. */
  readonly #kinked: readonly Node[];
  readonly #session: Session;

  private constructor(network: Network, batch: number, kinked: readonly Node[], session: Session) {
    this.#network = network;
    this.#batch = batch;
    this.#kinked = kinked;
    this.#session = session;
  }

  static async open(network: Network, batch: number, dropPath: boolean): Promise<KinkFinder> {
    const kinked = network.nodes.filter((node) => isRelu(node) || node.op.kind === 'max-pool');
    const model = buildReads(network, batch, dropPath, kinked);
    return new KinkFinder(network, batch, kinked, await openSession(model, 'cpu', 1));
  }

  /** Changes what is given until no kink is near: a shift where a ReLU reads too small a number, an image where pixels tie. */
  async moveAway(moved: Moved, draw: Draw): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const reads = await this.#reads(moved);
      const node = this.#kinked.find((each) => this.#near(each, reads.get(each.id)!).length > 0);
      if (node === undefined) return;
      this.#moveOne(node, reads.get(node.id)!, moved, draw);
    }
    throw new Error(`Expected a start away from all kinks within ${MOST_ROUNDS} rounds, got none`);
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #reads({ params, images, dropPath }: Moved): Promise<Map<number, Float32Array>> {
    const { nodes } = this.#network;
    const feeds: Tensors = { image: floatTensor(images, [this.#batch, ...dimsOf(nodes[0]!.shape)]) };
    for (const { name, shape, offset, size } of layoutOf(this.#network).params)
      feeds[`param.${name}`] = floatTensor(params.slice(offset, offset + size), shape);
    if (dropPath !== undefined) feeds['dropPath'] = floatTensor(dropPath, [dropPath.length / this.#batch, this.#batch]);
    const outputs = await this.#session.run(
      feeds,
      Object.fromEntries(this.#kinked.map(({ id }) => [`read.${id}`, null])),
    );
    return new Map(this.#kinked.map(({ id }) => [id, outputs[`read.${id}`]!.data as Float32Array]));
  }

  #near(node: Node, read: Float32Array): Near[] {
    const { channels, spatial } = this.#network.nodes[node.inputs[0]!]!.shape;
    const [height, width] = spatial as [number, number];
    const near: Near[] = [];
    for (let map = 0; map < this.#batch * channels; map++) {
      const values = read.subarray(map * height * width, (map + 1) * height * width);
      const isNear = isRelu(node) ? values.some(isNearZero) : hasNearTie(values, height, width);
      if (isNear) near.push({ image: Math.floor(map / channels), channel: map % channels });
    }
    return near;
  }

  #moveOne(node: Node, read: Float32Array, { params, images }: Moved, draw: Draw): void {
    const near = this.#near(node, read);
    const shifts = isRelu(node) ? this.#shiftsBefore(node) : [];
    if (shifts.length === 0) {
      const size = images.length / this.#batch;
      for (const image of new Set(near.map((each) => each.image)))
        for (let i = image * size; i < (image + 1) * size; i++) images[i] = images[i]! + 0.1 * draw.normal();
      return;
    }
    const slots = new Map(layoutOf(this.#network).params.map((slot) => [slot.name, slot]));
    for (const channel of new Set(near.map((each) => each.channel)))
      for (const name of shifts) {
        const at = slots.get(name)!.offset + channel;
        params[at] = params[at]! + 0.1 * (draw.next() - 0.5);
      }
  }

  /** Names of the parameters that shift what a ReLU reads, channel by channel. */
  #shiftsBefore({ inputs }: Node): string[] {
    return inputs.flatMap((id, at): string[] => {
      const node = this.#network.nodes[id]!;
      const shift = node.params.find(({ name }) => /\.(shift|bias)$/.test(name));
      if (shift !== undefined) return [shift.name];
      if (node.op.kind === 'channel-scale')
        return at === 0 ? this.#shiftsBefore({ ...node, inputs: [node.inputs[0]!] }) : [];
      return node.op.kind === 'add' || node.op.kind === 'drop-path' ? this.#shiftsBefore(node) : [];
    });
  }
}

/** What is exactly zero (a dropped branch on top of a ReLU's zero) is so in every implementation. */
function isNearZero(value: number): boolean {
  return value !== 0 && Math.abs(value) < MARGIN;
}

/** Whether two pixels above zero are as good as the largest of one window: 3x3, stride 2, padding 1. */
function hasNearTie(values: Float32Array, height: number, width: number): boolean {
  for (let top = -1; top < height; top += 2)
    for (let left = -1; left < width; left += 2) {
      let [first, second] = [0, 0];
      for (let y = Math.max(0, top); y < Math.min(height, top + 3); y++)
        for (let x = Math.max(0, left); x < Math.min(width, left + 3); x++) {
          const value = values[y * width + x]!;
          if (value > first) [first, second] = [value, first];
          else if (value > second) second = value;
        }
      if (second > 0 && first - second < MARGIN) return true;
    }
  return false;
}

/** The forward pass of a training step, with what the nodes with kinks read as outputs `read.ID`. */
function buildReads(network: Network, batch: number, dropPath: boolean, kinked: readonly Node[]): Uint8Array {
  const graph = new OnnxGraph();
  const reads = new Map<number, Value>();
  const { rules } = portable;
  const reading: Lowering = {
    ...portable,
    rules: {
      ...rules,
      activation: {
        ...rules.activation,
        forward: (context, node, [x]) =>
          rules.activation.forward(context, node, [isRelu(node) ? keep(reads, node, x!) : x!]),
      },
      'max-pool': {
        ...rules['max-pool'],
        forward: (context, node, [x]) => rules['max-pool'].forward(context, node, [keep(reads, node, x!)]),
      },
    },
  };
  const options = { batch, nesterov: false, ema: false, dropout: false, dropPath };
  new Differentiation(network, reading, {
    graph,
    batch,
    mode: 'train',
    image: graph.input('image', [batch, ...dimsOf(network.nodes[0]!.shape)]),
    params: new Map(layoutOf(network).params.map(({ name, shape }) => [name, graph.input(`param.${name}`, shape)])),
    stats: new Map(),
    masks: maskInputs(graph, portable, network, options),
  }).forward();
  for (const { id, inputs } of kinked)
    graph.output(`read.${id}`, reads.get(id)!, [batch, ...dimsOf(network.nodes[inputs[0]!]!.shape)]);
  return graph.encode();
}

function keep(reads: Map<number, Value>, { id }: Node, value: Value): Value {
  reads.set(id, value);
  return value;
}

function isRelu({ op }: Node): boolean {
  return op.kind === 'activation' && op.fn === 'relu';
}
