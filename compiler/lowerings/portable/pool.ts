import type { Shape } from '../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import type { Rule } from '../rule.ts';

/** 3x3, stride 2, padding 1; of equal values the first wins, as in PyTorch. */
export const maxPool: Rule<'max-pool'> = {
  forward(context, node, [x]) {
    const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] };
    const [pooled, indices] = context.graph.addMany('MaxPool', [x!], 2, window);
    context.save(node, 'indices', indices!);
    return pooled!;
  },
  backward(context, node, dy) {
    const { graph, batch } = context;
    const [channels, height, width] = context.shapeOf(node.inputs[0]!);
    // The indices count through the whole tensor, so the scatter is one-dimensional.
    const flat = graph.ints([-1]);
    const zeros = graph.add('Expand', [graph.scalar(0), graph.ints([batch * channels * height * width])]);
    const indices = graph.add('Reshape', [context.saved(node, 'indices'), flat]);
    const updates = graph.add('Reshape', [dy, flat]);
    const scattered = graph.add('ScatterElements', [zeros, indices, updates], { axis: 0, reduction: 'add' });
    return [graph.add('Reshape', [scattered, graph.ints([batch, channels, height, width])])];
  },
};

/** 2x2, stride 2. */
export const avgPool: Rule<'avg-pool'> = {
  forward({ graph }, _node, [x]) {
    const window = { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1, count_include_pad: 0 };
    return graph.add('AveragePool', [x!], window);
  },
  backward(context, node, dy) {
    const { graph, batch } = context;
    const input = context.shapeOf(node.inputs[0]!);
    const shared = graph.add('Mul', [dy, shareOfWindow(graph, input, node.shape)]);
    const [channels, height, width] = node.shape;
    const apart = graph.add('Reshape', [shared, graph.ints([batch * channels, height, 1, width, 1])]);
    const repeated = graph.add('Expand', [apart, graph.ints([batch * channels, height, 2, width, 2])]);
    const whole = graph.add('Reshape', [repeated, graph.ints([batch, channels, 2 * height, 2 * width])]);
    if (2 * height === input[1] && 2 * width === input[2]) return [whole];
    return [graph.add('Slice', [whole, graph.ints([0, 0]), graph.ints([input[1], input[2]]), graph.ints([2, 3])])];
  },
};

/** 1 / the number of pixels in each window: 4, or 2 and 1 at an odd edge. */
function shareOfWindow(graph: OnnxGraph, input: Shape, output: Shape): Value {
  if (input[1] % 2 === 0 && input[2] % 2 === 0) return graph.scalar(0.25);
  const [, height, width] = output;
  const shares = Array.from({ length: height * width }, (_, i) => {
    const rows = Math.min(2, input[1] - 2 * Math.floor(i / width));
    const columns = Math.min(2, input[2] - 2 * (i % width));
    return 1 / (rows * columns);
  });
  return graph.floats(shares, [1, 1, height, width]);
}

export const globalPool: Rule<'global-pool'> = {
  forward: ({ graph }, _node, [x]) => graph.add('GlobalAveragePool', [x!]),
  backward(context, node, dy) {
    const { graph, batch } = context;
    const [channels, height, width] = context.shapeOf(node.inputs[0]!);
    const shared = graph.add('Mul', [dy, graph.scalar(1 / (height * width))]);
    return [graph.add('Expand', [shared, graph.ints([batch, channels, height, width])])];
  },
};
