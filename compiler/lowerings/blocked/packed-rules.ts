import type { Network, Node, OpKind, Shape } from '../../../models/index.ts';
import { statsOf } from '../../parameters/stored-layout.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, Rule, Stored } from '../rule.ts';
import { dimsOf, reshape, roundUp, type Dims } from './tensor.ts';
import { sumOfImages, type Place } from './weights.ts';

/**
 * Images abreast: a block holds the channels of p images, [H, W, N / p, p, b / p]. To a rule that is a batch of N / p images
 * with b channels, whose filters stand on a diagonal, one copy for each image abreast. Image n of the batch is number
 * floor(n / (N / p)) of its block, at n mod (N / p), so that images part in runs of N / p and keep their order.
 */
export class Abreast {
  readonly #network: Network;
  readonly #block: number;
  /** By node. */
  readonly #images: readonly number[];
  readonly #nodes: Place[] = [];
  readonly #tensors = new Map<string, Place>();

  constructor(network: Network, block: number, images: readonly number[]) {
    this.#network = network;
    this.#block = block;
    this.#images = images;
    for (const node of network.nodes) {
      const { id, op, inputs } = node;
      const isStem = op.kind === 'conv' && network.nodes[inputs[0]!]!.op.kind === 'input';
      const place = { block, within: images[inputs[0] ?? id]!, images: images[id]!, isStem };
      for (const { name } of [...node.params, ...statsOf(node)]) this.#tensors.set(name, place);
      this.#nodes.push(place);
    }
  }

  /** Where a tensor lies that is stored: a parameter, or a statistic. */
  placeOf({ name }: Stored): Place {
    return this.#tensors.get(name)!;
  }

  /** The same rule where images lie abreast; where they part, it is computed before they do. */
  rule<K extends OpKind>(rule: Rule<K>): Rule<K> {
    return {
      forward: (context, node, inputs) => {
        const { within, images } = this.#nodes[node.id]!;
        if (within === 1) return rule.forward(context, node, inputs);
        const y = rule.forward(this.#inside(context, node), this.#widened(node), inputs);
        if (within === images) return y;
        const { rows, run, dims } = this.#parting(context, node);
        return reshape(context.graph, swap(context, y, [within / images, rows, run]), dims);
      },
      backward: (context, node, dy) => {
        const { within, images } = this.#nodes[node.id]!;
        if (within === 1) return rule.backward(context, node, dy);
        const [inside, widened] = [this.#inside(context, node), this.#widened(node)];
        if (within === images) return rule.backward(inside, widened, dy);
        const { rows, run } = this.#parting(context, node);
        const together = swap(context, dy, [rows, within / images, run]);
        const dims = dimsOf(widened.shape, inside.batch, this.#block);
        return rule.backward(inside, widened, reshape(context.graph, together, dims));
      },
    };
  }

  #widened<N extends Node>(node: N): N {
    return { ...node, shape: this.#shapeWithin(node, this.#nodes[node.id]!.within) };
  }

  #inside(context: LoweringContext, node: Node): LoweringContext {
    const place = this.#nodes[node.id]!;
    return {
      ...context,
      batch: context.batch / place.within,
      abreast: place.within,
      shapeOf: (id) => this.#shapeWithin(this.#network.nodes[id]!, place.within),
      gradient(name, value) {
        const param = node.params.find((each) => each.name === name)!;
        const isFilters = param.shape.length > 1;
        context.gradient(name, isFilters ? sumOfImages(context.graph, value, param, place) : value);
      },
    };
  }

  /** With the channels of so many images. */
  #shapeWithin({ id, op, shape: [channels, height, width] }: Node, within: number): Shape {
    if (op.kind === 'input') return [within * channels, height, width];
    return [(within / this.#images[id]!) * roundUp(channels, this.#block), height, width];
  }

  /** Of a node whose images part: [those that part, rows, run] before, [rows, those that part, run] after. */
  #parting({ batch }: LoweringContext, node: Node): { rows: number; run: number; dims: Dims } {
    const { within, images } = this.#nodes[node.id]!;
    const dims = dimsOf(this.#shapeWithin(node, images), batch / images, this.#block);
    const [, channels, height, columns] = dims;
    const run = (batch / within) * this.#block;
    return { rows: (channels * height * columns) / run / (within / images), run, dims };
  }
}

function swap({ graph }: LoweringContext, value: Value, dims: readonly number[]): Value {
  return graph.add('Transpose', [reshape(graph, value, dims)], { perm: [1, 0, 2] });
}
