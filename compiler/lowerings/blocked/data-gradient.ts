import type { Value } from '../../onnx/onnx-graph.ts';
import type { NodeOf } from '../../../models/index.ts';
import type { LoweringContext } from '../rule.ts';
import type { ConvCall } from './conv-call.ts';
import { deferConv } from './write-conv.ts';
import { weightDimsOf, windowOf } from './weight-dims.ts';
import { isPaired } from './paired-rows.ts';
import { tapsOf } from './polyphase.ts';
import { deferComponents } from './components.ts';
import { blockedDims, sidesOf } from './tensor.ts';
import { dataGradientWeight } from './weights.ts';

/**
 * The data gradient: a convolution of dy with the filters rotated by 180 degrees.
 *
 * @param isParam whether `weight` is the parameter as it was handed in.
 */
export function dataGradient(
  context: LoweringContext,
  node: NodeOf<'conv'>,
  dy: Value,
  weight: Value,
  isParam: boolean,
): Value {
  const { kernel, stride, pad } = windowOf(node);
  const filters = { weight, isParam };
  if (stride === 2) return stridedDataGradient(context, node, dy, filters);
  const reversed = Array.from({ length: kernel }, (_, k) => kernel - 1 - k);
  const call = callOf(context, node, dy, filters, { taps: reversed, before: pad, after: pad });
  const output = blockedDims(context.shapeOf(node.inputs[0]!), context.batch, context.block);
  const channels = blockedDims(node.shape, context.batch, context.block)[1];
  const pairs = isPaired(context, node, output) ? { output, channels } : undefined;
  return deferConv(context.graph, { ...call, pairs });
}

interface Filters {
  readonly weight: Value;
  readonly isParam: boolean;
}

interface Side {
  readonly taps: readonly number[];
  /** Padding of dy, in pixels. */
  readonly before: number;
  readonly after: number;
}

function callOf(
  context: LoweringContext,
  node: NodeOf<'conv'>,
  dy: Value,
  { weight, isParam }: Filters,
  rows: Side,
  columns: Side = rows,
): ConvCall {
  const { graph, batch, block } = context;
  const rotated = (): Value =>
    dataGradientWeight(graph, weight, weightDimsOf(context, node), block, rows.taps, columns.taps);
  return {
    x: dy,
    weight: isParam ? graph.early(rotated) : rotated(),
    window: {
      kernel: [rows.taps.length, columns.taps.length],
      pads: [rows.before, columns.before * batch, rows.after, columns.after * batch],
      dilations: [1, batch],
    },
  };
}

/** Stride 2 by polyphase decomposition: even and odd rows and columns have different taps; four small convolutions, nothing multiplied by zero. */
function stridedDataGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value, filters: Filters): Value {
  const { graph, batch, block } = context;
  const whole = blockedDims(context.shapeOf(node.inputs[0]!), batch, block);
  const [height, width] = sidesOf(node.shape);
  const side = (phase: 0 | 1): Side => {
    const { taps, first } = tapsOf(windowOf(node).kernel, phase);
    return { taps: taps.toReversed(), before: first + taps.length - 1, after: -first };
  };
  const component = (row: 0 | 1, column: 0 | 1): Value | undefined => {
    const [rows, columns] = [side(row), side(column)];
    if (rows.taps.length === 0 || columns.taps.length === 0) return undefined;
    return deferConv(graph, callOf(context, node, dy, filters, rows, columns));
  };
  const parts = [component(0, 0), component(0, 1), component(1, 0), component(1, 1)];
  return deferComponents(graph, { parts, dims: [1, whole[1], height, width * batch], whole, batch, block });
}
