import type { NodeOf } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, Rule } from '../rule.ts';
import { endsOf, indicesOf, spatialAxes, spatialPads } from './axes.ts';
import { windowOf } from './max-pool.ts';

/** Below every activation. */
const LOWEST = -3e38;

/**
 * Max-pool without the indices of its maxima, which WebGPU does not return: the backward pass looks for them again, at
 * each place of the window. Of equal values the first wins, as in PyTorch.
 */
export const maxPoolOnDevice: Rule<'max-pool'> = {
  forward: ({ graph }, node, [x]) => graph.add('MaxPool', [x!], windowOf(node)),

  backward(context, node, dy) {
    const { graph } = context;
    const { spatial } = context.shapeOf(node.inputs[0]!);
    const each = (value: number): number[] => spatial.map(() => value);
    const borders = graph.ints(spatialPads(each(1), each(1)));
    const padded = graph.add('Pad', [context.valueOf(node.inputs[0]!), borders, graph.scalar(LOWEST)]);
    // 1 where the maximum of a window was not found yet.
    let open: Value = graph.scalar(1);
    let sum: Value | undefined;
    for (const place of indicesOf(each(3))) {
      const isMaximum = graph.add('Equal', [placeOfWindows(context, node, padded, place), context.valueOf(node.id)]);
      const found = graph.add('Where', [isMaximum, open, graph.scalar(0)]);
      open = graph.add('Sub', [open, found]);
      const part = putBack(context, node, graph.add('Mul', [dy, found]), place);
      sum = sum === undefined ? part : graph.add('Add', [sum, part]);
    }
    const ends = graph.ints(spatial.map((side) => side + 1));
    return [graph.add('Slice', [sum!, graph.ints(each(1)), ends, graph.ints(spatialAxes(node.shape))])];
  },
};

/** What lies at that place of every window. */
function placeOfWindows(
  { graph }: LoweringContext,
  { shape }: NodeOf<'max-pool'>,
  padded: Value,
  place: readonly number[],
): Value {
  const strides = place.map(() => 2);
  const to = graph.ints(endsOf(place, shape.spatial, strides));
  return graph.add('Slice', [padded, graph.ints(place), to, graph.ints(spatialAxes(shape)), graph.ints(strides)]);
}

/** The way back: a value for each window to its place, zeros elsewhere. At least as large as the padded image. */
function putBack(
  { graph, batch }: LoweringContext,
  { shape: { channels, spatial } }: NodeOf<'max-pool'>,
  value: Value,
  place: readonly number[],
): Value {
  const rows = batch * channels;
  const apart = graph.add('Reshape', [value, graph.ints([rows, ...spatial.flatMap((side) => [side, 1])])]);
  const none = [0, ...spatial.flatMap(() => [0, 0])];
  const spread = graph.add('Pad', [apart, graph.ints([...none, 0, ...spatial.flatMap(() => [0, 1])])]);
  const doubled = spatial.map((side) => 2 * side);
  const whole = graph.add('Reshape', [spread, graph.ints([batch, channels, ...doubled])]);
  const after = place.map((at) => 2 - at);
  return graph.add('Pad', [whole, graph.ints(spatialPads(place, after))]);
}
