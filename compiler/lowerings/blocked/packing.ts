import type { Network, Node, OpKind, Shape } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { ValueLayout } from '../../workload.ts';
import type { LoweringContext, Rule, Stored } from '../rule.ts';
import { blockedDims, reshape, roundUp, type Dims } from './tensor.ts';
import { sumOfPackedImages, type Place } from './weights.ts';

/**
 * Batch packing: a block holds the channels of p images, [H, W, N / p, p, b / p]. To a rule that is a batch of N / p images
 * with b channels, whose weights stand on a diagonal, one copy for each image. Image n of the batch is number
 * floor(n / (N / p)) of its block, at n mod (N / p), so that images are unpacked in stretches of N / p and keep their order.
 */
export class Packing {
  readonly #network: Network;
  readonly #block: number;
  /** By node. */
  readonly #images: readonly number[];
  readonly #nodes: Place[] = [];
  readonly #tensors = new Map<string, Place>();

  constructor(network: Network, { block, packing: images, plainNodes }: ValueLayout) {
    this.#network = network;
    this.#block = block;
    this.#images = images;
    for (const node of network.nodes) {
      const { id, op, inputs } = node;
      const isStem = op.kind === 'conv' && network.nodes[inputs[0]!]!.op.kind === 'input';
      const place = {
        block,
        within: images[inputs[0] ?? id]!,
        images: images[id]!,
        isStem,
        isPlain: plainNodes.has(id),
      };
      for (const { name } of [...node.params, ...node.stats]) this.#tensors.set(name, place);
      this.#nodes.push(place);
    }
  }

  /** Where a tensor lies that is stored: a parameter, or a statistic. */
  placeOf({ name }: Stored): Place {
    return this.#tensors.get(name)!;
  }

  /** The same rule for packed images; where they are unpacked, it is computed before they are. */
  rule<K extends OpKind>(rule: Rule<K>): Rule<K> {
    return {
      forward: (context, node, inputs) => {
        const { within, images } = this.#nodes[node.id]!;
        if (within === 1) return rule.forward(context, node, inputs);
        const y = rule.forward(this.#inside(context, node), this.#widened(node), inputs);
        if (within === images) return y;
        const { rows, length, dims } = this.#unpacking(context, node);
        return reshape(context.graph, swap(context, y, [within / images, rows, length]), dims);
      },
      backward: (context, node, dy) => {
        const { within, images } = this.#nodes[node.id]!;
        if (within === 1) return rule.backward(context, node, dy);
        const [inside, widened] = [this.#inside(context, node), this.#widened(node)];
        if (within === images) return rule.backward(inside, widened, dy);
        const { rows, length } = this.#unpacking(context, node);
        const together = swap(context, dy, [rows, within / images, length]);
        const dims = blockedDims(widened.shape, inside.batch, this.#block);
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
      packed: place.within,
      shapeOf: (id) => this.#shapeWithin(this.#network.nodes[id]!, place.within),
      gradient(name, value) {
        const param = node.params.find((each) => each.name === name)!;
        const isWeight = param.shape.length > 1;
        context.gradient(name, isWeight ? sumOfPackedImages(context.graph, value, param, place) : value);
      },
    };
  }

  /** With the channels of so many images. */
  #shapeWithin({ id, op, shape: { channels, spatial } }: Node, within: number): Shape {
    if (op.kind === 'input') return { channels: within * channels, spatial };
    return { channels: (within / this.#images[id]!) * roundUp(channels, this.#block), spatial };
  }

  /** Of a node that unpacks images: [those unpacked, rows, length] before, [rows, those unpacked, length] after. */
  #unpacking({ batch }: LoweringContext, node: Node): { rows: number; length: number; dims: Dims } {
    const { within, images } = this.#nodes[node.id]!;
    const dims = blockedDims(this.#shapeWithin(node, images), batch / images, this.#block);
    const [, channels, height, columns] = dims;
    const length = (batch / within) * this.#block;
    return { rows: (channels * height * columns) / length / (within / images), length, dims };
  }
}

function swap({ graph }: LoweringContext, value: Value, dims: readonly number[]): Value {
  return graph.add('Transpose', [reshape(graph, value, dims)], { perm: [1, 0, 2] });
}
