import { dimsOf, type Shape } from '../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import type { NodeOf } from '../../../models/index.ts';
import type { LoweringContext } from '../rule.ts';
import { writeConv } from './write-conv.ts';
import { reach } from './weight-gradient.ts';
import { blockedDims, reshape, sidesOf } from './tensor.ts';
import { windowOf } from './weight-dims.ts';

/** [O / b, I, k * k, b]. */
export function stemWeightGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  return windowOf(node).stride === 1 ? byConvolution(context, node, dy) : byProduct(context, node, dy);
}

/** dy as it lies is the filters, as large as the image: what fits into the padded image is one number per tap. */
function byConvolution(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { graph, batch, block } = context;
  const input = context.shapeOf(node.inputs[0]!);
  const { channels } = input;
  const [height, width] = sidesOf(input);
  const { kernel, pad } = windowOf(node);
  const image = reshape(graph, context.valueOf(node.inputs[0]!), [channels, 1, height, width * batch]);
  const pads = [0, 0, pad, pad * batch];
  // Borders within a convolution are slow, and a copy of the image is nothing beside dy.
  const padded = pad === 0 ? image : graph.add('Pad', [image, graph.ints([...pads, ...pads])]);
  const [, filters] = blockedDims(node.shape, batch, block);
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
  const columns = reshape(graph, context.valueOf(node.inputs[0]!), [...dimsOf(image), batch]);
  const [, filters, height, width] = blockedDims(node.shape, batch, block);
  const positions = height * width;
  const { kernel } = windowOf(node);
  const shifted = Array.from({ length: kernel * kernel }, (_, tap) => {
    const x = tapped(graph, columns, image, node, [Math.floor(tap / kernel), tap % kernel]);
    return reshape(graph, x, [image.channels, 1, positions]);
  });
  const rows = shifted.length === 1 ? shifted[0]! : graph.add('Concat', shifted, { axis: 1 });
  const left = reshape(graph, rows, [image.channels * shifted.length, positions]);
  return graph.add('MatMul', [left, reshape(graph, dy, [filters / block, positions, block])]);
}

/** Positions of the image that dy's positions meet under one tap of the kernel: shifted, strided, zero outside. */
function tapped(
  graph: OnnxGraph,
  columns: Value,
  { spatial: sides }: Shape,
  node: NodeOf<'conv'>,
  tap: readonly [number, number],
): Value {
  const { stride } = windowOf(node);
  // Rows, then columns.
  const reaches = sides.map((_, side) => reach(node, node.shape.spatial[side]!, tap[side]!));
  const ends = reaches.map(({ to }, side) => to - sides[side]!);
  const pads = [0, ...reaches.map(({ from }) => -from), 0, 0, ...ends, 0];
  const cut = pads.every((amount) => amount === 0) ? columns : graph.add('Pad', [columns, graph.ints(pads)]);
  const lengths = reaches.map(({ from, to }) => to - from);
  const steps = graph.ints([stride, stride]);
  return graph.add('Slice', [cut, graph.ints([0, 0]), graph.ints(lengths), graph.ints([1, 2]), steps]);
}
