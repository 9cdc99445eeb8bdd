import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, NodeOf, Rule } from '../rule.ts';

/** Below every activation. */
const LOWEST = -3e38;

/**
 * Max-pool without the indices of its maxima, which WebGPU does not return: the backward pass looks for them again, at
 * each of the nine places of the window. Of equal values the first wins, as in PyTorch.
 */
export const maxPoolOnDevice: Rule<'max-pool'> = {
  forward: ({ graph }, _node, [x]) =>
    graph.add('MaxPool', [x!], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }),

  backward(context, node, dy) {
    const { graph } = context;
    const [, height, width] = context.shapeOf(node.inputs[0]!);
    const borders = graph.ints([0, 0, 1, 1, 0, 0, 1, 1]);
    const padded = graph.add('Pad', [context.valueOf(node.inputs[0]!), borders, graph.scalar(LOWEST)]);
    // 1 where the maximum of a window was not found yet.
    let open: Value = graph.scalar(1);
    let sum: Value | undefined;
    for (let ky = 0; ky < 3; ky++) {
      for (let kx = 0; kx < 3; kx++) {
        const isMaximum = graph.add('Equal', [placeOfWindows(context, node, padded, ky, kx), context.valueOf(node.id)]);
        const found = graph.add('Where', [isMaximum, open, graph.scalar(0)]);
        open = graph.add('Sub', [open, found]);
        const part = putBack(context, node, graph.add('Mul', [dy, found]), ky, kx);
        sum = sum === undefined ? part : graph.add('Add', [sum, part]);
      }
    }
    return [graph.add('Slice', [sum!, graph.ints([1, 1]), graph.ints([height + 1, width + 1]), graph.ints([2, 3])])];
  },
};

/** What lies at place (ky, kx) of every window. */
function placeOfWindows(
  { graph }: LoweringContext,
  node: NodeOf<'max-pool'>,
  padded: Value,
  ky: number,
  kx: number,
): Value {
  const [, rows, columns] = node.shape;
  const to = graph.ints([ky + 2 * (rows - 1) + 1, kx + 2 * (columns - 1) + 1]);
  return graph.add('Slice', [padded, graph.ints([ky, kx]), to, graph.ints([2, 3]), graph.ints([2, 2])]);
}

/** The way back: a value for each window to its place (ky, kx), zeros elsewhere. At least as large as the padded image. */
function putBack(
  { graph, batch }: LoweringContext,
  node: NodeOf<'max-pool'>,
  value: Value,
  ky: number,
  kx: number,
): Value {
  const [channels, rows, columns] = node.shape;
  const apart = graph.add('Reshape', [value, graph.ints([batch * channels, rows, 1, columns, 1])]);
  const spread = graph.add('Pad', [apart, graph.ints([0, 0, 0, 0, 0, 0, 0, 1, 0, 1])]);
  const whole = graph.add('Reshape', [spread, graph.ints([batch, channels, 2 * rows, 2 * columns])]);
  return graph.add('Pad', [whole, graph.ints([0, 0, ky, kx, 0, 0, 2 - ky, 2 - kx])]);
}
