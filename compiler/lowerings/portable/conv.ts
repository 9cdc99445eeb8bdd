import type { Shape } from '../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, NodeOf, Rule } from '../rule.ts';
import { sumOfProducts } from './sum-of-products.ts';

/** Plain convolution. Milliseconds in comments: one 2.4 GHz core, batch 64, 16 channels, 28 x 28. */
export const conv: Rule<'conv'> = {
  forward({ graph, param }, node, [x]) {
    const { kernel, stride, bias } = node.op;
    const inputs = [x!, param(`${node.name}.weight`)];
    if (bias) inputs.push(param(`${node.name}.bias`));
    return graph.add('Conv', inputs, convAttributes(kernel, stride));
  },

  backward(context, node, dy) {
    const { graph } = context;
    if (node.op.bias)
      context.gradient(`${node.name}.bias`, graph.add('ReduceSum', [dy, graph.ints([0, 2, 3])], { keepdims: 0 }));
    context.gradient(`${node.name}.weight`, filterGradient(context, node, dy));
    return [context.needsGradient(node.inputs[0]!) ? inputGradient(context, node, dy) : undefined];
  },
};

export function convAttributes(kernel: number, stride: number): Record<string, number | number[]> {
  const pad = (kernel - 1) / 2;
  return { kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad], strides: [stride, stride] };
}

function inputGradient({ graph, param, shapeOf }: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { kernel, stride } = node.op;
  const weight = param(`${node.name}.weight`);
  if (stride === 1) {
    // A convolution with the filters flipped: 2.1 ms, where ConvTranspose takes 2.5 to 10.
    const flipped = kernel === 1 ? weight : flip(graph, weight);
    return graph.add(
      'Conv',
      [dy, graph.add('Transpose', [flipped], { perm: [1, 0, 2, 3] })],
      convAttributes(kernel, 1),
    );
  }
  // Zeros between the rows and a plain convolution took 8.5 ms, ConvTranspose 1.5.
  const [, height] = shapeOf(node.inputs[0]!);
  const pad = (kernel - 1) / 2;
  const missing = height - ((node.shape[1] - 1) * stride - 2 * pad + kernel);
  return graph.add('ConvTranspose', [dy, weight], {
    ...convAttributes(kernel, stride),
    output_padding: [missing, missing],
  });
}

function flip(graph: OnnxGraph, weight: Value): Value {
  const last = graph.ints([-1, -1]);
  const beforeFirst = graph.ints([-1_000_000, -1_000_000]);
  return graph.add('Slice', [weight, last, beforeFirst, graph.ints([2, 3]), graph.ints([-1, -1])]);
}

/** dW[o, i, ky, kx] = sum over images and positions of dy[o, y, x] * padded x[i, y * stride + ky, x * stride + kx]. */
function filterGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { graph } = context;
  const { kernel, stride } = node.op;
  const x = context.valueOf(node.inputs[0]!);
  const input = context.shapeOf(node.inputs[0]!);
  const weightShape = [node.shape[0], input[0], kernel, kernel];
  if (kernel === 1 && stride === 1) {
    return graph.add('Reshape', [sumOfProducts(context, dy, node.shape, x, input), graph.ints(weightShape)]);
  }
  return kernel === 3 && stride === 1
    ? shiftedFilterGradient(context, node, x, input, dy)
    : slicedFilterGradient(context, node, x, input, dy);
}

/**
 * Three column shifts of x against three row shifts of dy: six copies for nine products (4.3 ms; nine slices of x took
 * half as long again). Rows that a shift leaves empty are zeros in dy, so they add nothing.
 */
function shiftedFilterGradient(
  context: LoweringContext,
  node: NodeOf<'conv'>,
  x: Value,
  input: Shape,
  dy: Value,
): Value {
  const { graph } = context;
  const [channels, height, width] = input;
  const filters = node.shape[0];
  const padded = graph.add('Pad', [x, graph.ints([0, 0, 1, 1, 0, 0, 1, 1])]);
  const columns = [0, 1, 2].map((k) =>
    graph.add('Slice', [padded, graph.ints([k]), graph.ints([k + width]), graph.ints([3])]),
  );
  const rows = [0, 1, 2].map((k) => graph.add('Pad', [dy, graph.ints([0, 0, k, 0, 0, 0, 2 - k, 0])]));
  const product = sumOfProducts(
    context,
    graph.add('Concat', rows, { axis: 1 }),
    [3 * filters, height + 2, width],
    graph.add('Concat', columns, { axis: 1 }),
    [3 * channels, height + 2, width],
  );
  const apart = graph.add('Reshape', [product, graph.ints([3, filters, 3, channels])]);
  return graph.add('Transpose', [apart], { perm: [1, 3, 0, 2] });
}

/** One strided slice of x for each position of the kernel. */
function slicedFilterGradient(
  context: LoweringContext,
  node: NodeOf<'conv'>,
  x: Value,
  input: Shape,
  dy: Value,
): Value {
  const { graph } = context;
  const { kernel, stride } = node.op;
  const [filters, height, width] = node.shape;
  const pad = (kernel - 1) / 2;
  const padded = pad === 0 ? x : graph.add('Pad', [x, graph.ints([0, 0, pad, pad, 0, 0, pad, pad])]);
  const slices: Value[] = [];
  for (let ky = 0; ky < kernel; ky++) {
    for (let kx = 0; kx < kernel; kx++) {
      const from = graph.ints([ky, kx]);
      const to = graph.ints([ky + stride * (height - 1) + 1, kx + stride * (width - 1) + 1]);
      slices.push(graph.add('Slice', [padded, from, to, graph.ints([2, 3]), graph.ints([stride, stride])]));
    }
  }
  const stacked = slices.length === 1 ? slices[0]! : graph.add('Concat', slices, { axis: 1 });
  const product = sumOfProducts(context, dy, node.shape, stacked, [kernel * kernel * input[0], height, width]);
  const apart = graph.add('Reshape', [product, graph.ints([filters, kernel, kernel, input[0]])]);
  return graph.add('Transpose', [apart], { perm: [0, 3, 1, 2] });
}
