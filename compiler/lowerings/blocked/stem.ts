import { elements, type Shape } from '../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, NodeOf, Rule } from '../rule.ts';
import { writeConv } from './conv-call.ts';
import { reach } from './weight-gradient.ts';
import { dimsOf, reshape } from './tensor.ts';

/** The image, plain, with the batch innermost: [1, C, H, W * N]; of images abreast, each with channels of its own. */
export const input: Rule<'input'> = {
  forward({ graph, batch, abreast }, node, [image]) {
    const byImage = reshape(graph, image!, [abreast, batch, elements(node.shape) / abreast]);
    return reshape(graph, graph.add('Transpose', [byImage], { perm: [0, 2, 1] }), dimsOf(node.shape, batch, 1));
  },
  backward: () => [],
};

/** [O / b, I, k * k, b]. */
export function stemFilterGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  return node.op.stride === 1 ? byConvolution(context, node, dy) : byProduct(context, node, dy);
}

/** dy as it lies is the filters, as large as the image: what fits into the padded image is one number per tap. */
function byConvolution(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { graph, batch, block } = context;
  const [channels, height, width] = context.shapeOf(node.inputs[0]!);
  const { kernel } = node.op;
  const pad = (kernel - 1) / 2;
  const image = reshape(graph, context.valueOf(node.inputs[0]!), [channels, 1, height, width * batch]);
  const pads = [0, 0, pad, pad * batch];
  // Borders within a convolution are slow, and a copy of the image is nothing beside dy.
  const padded = pad === 0 ? image : graph.add('Pad', [image, graph.ints([...pads, ...pads])]);
  const [, filters] = dimsOf(node.shape, batch, block);
  const weight = reshape(graph, dy, [filters, 1, height, width * batch]);
  const window = { kernel: [height, width * batch], strides: [1, batch] } as const;
  const taps = reshape(graph, writeConv(graph, { x: padded, weight, window }), [
    channels,
    filters / block,
    kernel * kernel * block,
  ]);
  return channels > 1 && filters > block ? graph.add('Transpose', [taps], { perm: [1, 0, 2] }) : taps;
}

/** With a stride: all shifts of the image are smaller than dy, so one matrix product. */
function byProduct(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { graph, batch, block } = context;
  const image = context.shapeOf(node.inputs[0]!);
  const runs = reshape(graph, context.valueOf(node.inputs[0]!), [...image, batch]);
  const [, filters, height, width] = dimsOf(node.shape, batch, block);
  const positions = height * width;
  const { kernel } = node.op;
  const shifted = Array.from({ length: kernel * kernel }, (_, tap) => {
    const x = tapped(graph, runs, image, node, [Math.floor(tap / kernel), tap % kernel]);
    return reshape(graph, x, [image[0], 1, positions]);
  });
  const rows = shifted.length === 1 ? shifted[0]! : graph.add('Concat', shifted, { axis: 1 });
  const left = reshape(graph, rows, [image[0] * shifted.length, positions]);
  return graph.add('MatMul', [left, reshape(graph, dy, [filters / block, positions, block])]);
}

/** Positions of the image that dy's positions meet under one tap of the kernel: shifted, strided, zero outside. */
function tapped(
  graph: OnnxGraph,
  runs: Value,
  [, ...sides]: Shape,
  node: NodeOf<'conv'>,
  tap: readonly [number, number],
): Value {
  const { stride } = node.op;
  // Rows, then columns.
  const reaches = sides.map((_, side) => reach(node, node.shape[side + 1]!, tap[side]!));
  const ends = reaches.map(({ to }, side) => to - sides[side]!);
  const pads = [0, ...reaches.map(({ from }) => -from), 0, 0, ...ends, 0];
  const cut = pads.every((amount) => amount === 0) ? runs : graph.add('Pad', [runs, graph.ints(pads)]);
  const lengths = reaches.map(({ from, to }) => to - from);
  const steps = graph.ints([stride, stride]);
  return graph.add('Slice', [cut, graph.ints([0, 0]), graph.ints(lengths), graph.ints([1, 2]), steps]);
}
