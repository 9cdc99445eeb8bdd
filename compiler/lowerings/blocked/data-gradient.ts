import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, NodeOf } from '../rule.ts';
import { deferConv, type ConvCall } from './conv-call.ts';
import { filterShape } from './weight-shape.ts';
import { isPaired } from './paired-rows.ts';
import { tapsOf } from './polyphase.ts';
import { deferQuarters } from './quarters.ts';
import { dimsOf } from './tensor.ts';
import { gradientFilters } from './weights.ts';

/**
 * The gradient of a convolution's input: a convolution of dy with the filters turned round.
 *
 * @param isParam whether `weight` is the parameter as it was handed in.
 */
export function inputGradient(
  context: LoweringContext,
  node: NodeOf<'conv'>,
  dy: Value,
  weight: Value,
  isParam: boolean,
): Value {
  const { kernel, stride } = node.op;
  const filters = { weight, isParam };
  if (stride === 2) return stridedInputGradient(context, node, dy, filters);
  const reversed = Array.from({ length: kernel }, (_, k) => kernel - 1 - k);
  const pad = (kernel - 1) / 2;
  const call = callOf(context, node, dy, filters, { taps: reversed, before: pad, after: pad });
  const output = dimsOf(context.shapeOf(node.inputs[0]!), context.batch, context.block);
  const channels = dimsOf(node.shape, context.batch, context.block)[1];
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
  const turned = (): Value =>
    gradientFilters(graph, weight, filterShape(context, node), block, rows.taps, columns.taps);
  return {
    x: dy,
    weight: isParam ? graph.early(turned) : turned(),
    window: {
      kernel: [rows.taps.length, columns.taps.length],
      pads: [rows.before, columns.before * batch, rows.after, columns.after * batch],
      dilations: [1, batch],
    },
  };
}

/** Stride 2: even and odd rows and columns each have taps of their own; four small convolutions, nothing multiplied by zero. */
function stridedInputGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value, filters: Filters): Value {
  const { graph, batch, block } = context;
  const whole = dimsOf(context.shapeOf(node.inputs[0]!), batch, block);
  const [, height, width] = node.shape;
  const side = (phase: 0 | 1): Side => {
    const { taps, first } = tapsOf(node.op.kernel, phase);
    return { taps: taps.toReversed(), before: first + taps.length - 1, after: -first };
  };
  const quarter = (row: 0 | 1, column: 0 | 1): Value | undefined => {
    const [rows, columns] = [side(row), side(column)];
    if (rows.taps.length === 0 || columns.taps.length === 0) return undefined;
    return deferConv(graph, callOf(context, node, dy, filters, rows, columns));
  };
  const parts = [quarter(0, 0), quarter(0, 1), quarter(1, 0), quarter(1, 1)];
  return deferQuarters(graph, { parts, dims: [1, whole[1], height, width * batch], whole, batch, block });
}
