import { elements, type NodeOf } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext } from '../rule.ts';
import { endsOf, indicesOf, spatialAxes, spatialPads } from './axes.ts';
import { isPointwise, isStrided, padding } from './conv-attributes.ts';
import { sumOfProducts } from './sum-of-products.ts';

/**
 * dW[o, i, k] = sum over images and positions p of dy[o, p] * padded x[i, p * stride + k]. Milliseconds in comments: one 2.4 GHz
 * core, batch 64, 16 channels, 28 x 28.
 */
export function weightGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { kernel, groups } = node.op;
  if (groups > 1) return groupedWeightGradient(context, node, dy);
  const isDense = !isStrided(node.op);
  if (isPointwise(node.op) && isDense) return pointwiseWeightGradient(context, node, dy);
  const isSquare = kernel.length === 2 && kernel.every((side) => side === 3);
  return isSquare && isDense ? shiftedWeightGradient(context, node, dy) : slicedWeightGradient(context, node, dy);
}

function pointwiseWeightGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { graph, valueOf, shapeOf } = context;
  const { channels, spatial } = shapeOf(node.inputs[0]!);
  const { filters, kernel } = node.op;
  const left = { value: dy, channels: filters };
  const right = { value: valueOf(node.inputs[0]!), channels };
  const product = sumOfProducts(context, left, right, elements(spatial));
  return graph.add('Reshape', [product, graph.ints([filters, channels, ...kernel])]);
}

/**
 * Three column shifts of x against three row shifts of dy: six copies for nine products (4.3 ms; nine slices of x took
 * half as long again). Rows that a shift leaves empty are zeros in dy, so they add nothing.
 */
function shiftedWeightGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { graph } = context;
  const { channels, spatial } = context.shapeOf(node.inputs[0]!);
  const [height, width] = spatial as [number, number];
  const { filters } = node.op;
  const padded = graph.add('Pad', [context.valueOf(node.inputs[0]!), graph.ints([0, 0, 1, 1, 0, 0, 1, 1])]);
  const columns = [0, 1, 2].map((k) =>
    graph.add('Slice', [padded, graph.ints([k]), graph.ints([k + width]), graph.ints([3])]),
  );
  const rows = [0, 1, 2].map((k) => graph.add('Pad', [dy, graph.ints([0, 0, k, 0, 0, 0, 2 - k, 0])]));
  const product = sumOfProducts(
    context,
    { value: graph.add('Concat', rows, { axis: 1 }), channels: 3 * filters },
    { value: graph.add('Concat', columns, { axis: 1 }), channels: 3 * channels },
    (height + 2) * width,
  );
  const apart = graph.add('Reshape', [product, graph.ints([3, filters, 3, channels])]);
  return graph.add('Transpose', [apart], { perm: [1, 3, 0, 2] });
}

/** One strided slice of x for each position of the kernel. */
function slicedWeightGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { graph } = context;
  const { filters, kernel } = node.op;
  const { channels } = context.shapeOf(node.inputs[0]!);
  const slices = slicesUnderKernel(context, node);
  const stacked = slices.length === 1 ? slices[0]! : graph.add('Concat', slices, { axis: 1 });
  const product = sumOfProducts(
    context,
    { value: dy, channels: filters },
    { value: stacked, channels: slices.length * channels },
    elements(node.shape.spatial),
  );
  return channelsBeforeKernel(context, product, [filters, ...kernel, channels]);
}

/** The same, a product for each image and group, which are then summed over the images. */
function groupedWeightGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { graph, batch } = context;
  const { filters, kernel, groups } = node.op;
  const inputs = context.shapeOf(node.inputs[0]!).channels / groups;
  const positions = elements(node.shape.spatial);
  const apart = (value: Value, channels: number): Value =>
    graph.add('Reshape', [value, graph.ints([batch, groups, channels, positions])]);
  const slices = slicesUnderKernel(context, node).map((slice) => apart(slice, inputs));
  const stacked = slices.length === 1 ? slices[0]! : graph.add('Concat', slices, { axis: 2 });
  const right = graph.add('Transpose', [stacked], { perm: [0, 1, 3, 2] });
  const products = graph.add('MatMul', [apart(dy, filters / groups), right]);
  const sum = graph.add('ReduceSum', [products, graph.ints([0])], { keepdims: 0 });
  return channelsBeforeKernel(context, sum, [filters, ...kernel, inputs]);
}

/** What dy's positions meet of x, for each index of the kernel. */
function slicesUnderKernel({ graph, valueOf }: LoweringContext, node: NodeOf<'conv'>): Value[] {
  const { kernel, stride } = node.op;
  const pads = padding(kernel);
  const x = valueOf(node.inputs[0]!);
  const padded = isPointwise(node.op) ? x : graph.add('Pad', [x, graph.ints(spatialPads(pads, pads))]);
  return indicesOf(kernel).map((index) => {
    const from = graph.ints(index);
    const to = graph.ints(endsOf(index, node.shape.spatial, stride));
    return graph.add('Slice', [padded, from, to, graph.ints(spatialAxes(node.shape)), graph.ints(stride)]);
  });
}

/** Numbers of [O, ...k, I] as [O, I, ...k]. */
function channelsBeforeKernel({ graph }: LoweringContext, value: Value, dims: readonly number[]): Value {
  const last = dims.length - 1;
  const apart = graph.add('Reshape', [value, graph.ints(dims)]);
  return graph.add('Transpose', [apart], { perm: [0, last, ...dims.slice(1, -1).map((_, axis) => axis + 1)] });
}
