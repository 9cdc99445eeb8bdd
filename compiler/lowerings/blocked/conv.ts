import { elements } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, NodeOf, Rule } from '../rule.ts';
import { channelMean } from './channel-sums.ts';
import { deferConv, pendingScale, writeConv, type ConvCall } from './conv-call.ts';
import { filterGradient } from './weight-gradient.ts';
import { inputGradient } from './data-gradient.ts';
import { isPaired } from './paired-rows.ts';
import { columnPhase, runsOf, tapsOf } from './polyphase.ts';
import { stemFilterGradient } from './stem.ts';
import { filterShape, isStem } from './weight-shape.ts';
import { scaleFilters } from './scale-weights.ts';
import { dimsOf, reshape } from './tensor.ts';
import { columnsOfFilters } from './weights.ts';

/** Convolution, of a blocked value or (the stem) of the plain image. */
export const conv: Rule<'conv'> = {
  forward(context, node, [x]) {
    const bias = node.op.bias ? context.param(`${node.name}.bias`) : undefined;
    const weight = context.param(`${node.name}.weight`);
    return node.op.stride === 1 ? unstrided(context, node, x!, weight, bias) : strided(context, node, x!, weight, bias);
  },

  backward(context, node, dy) {
    const { graph, batch, block, abreast } = context;
    const stem = isStem(context, node);
    const dims = dimsOf(node.shape, batch, block);
    if (node.op.bias) {
      const mean = channelMean(context, dims, dy);
      const count = graph.scalar(abreast * batch * node.shape[1] * node.shape[2]);
      context.gradient(`${node.name}.bias`, graph.add('Mul', [mean, count]));
    }
    const weightShape = filterShape(context, node);
    // A factor per channel that is still to be applied goes to whatever is smaller: the gradient, or the filters twice.
    const scaled = pendingScale(graph, dy);
    const apart = scaled !== undefined && elements(weightShape) < elements(dims);
    const gradient = apart ? scaled.value : dy;
    const scale = apart ? scaled.scale : undefined;
    const dWeight = stem ? stemFilterGradient(context, node, gradient) : filterGradient(context, node, gradient);
    context.gradient(`${node.name}.weight`, scaleFilters(graph, dWeight, weightShape, scale));
    if (stem) return [undefined];
    const weight = scaleFilters(graph, context.param(`${node.name}.weight`), weightShape, scale);
    return [inputGradient(context, node, gradient, weight, scale === undefined)];
  },
};

function unstrided(
  context: LoweringContext,
  node: NodeOf<'conv'>,
  x: Value,
  weight: Value,
  bias: Value | undefined,
): Value {
  const { graph, batch } = context;
  const { op } = node;
  const pad = (op.kernel - 1) / 2;
  const window = {
    kernel: [op.kernel, op.kernel],
    pads: [pad, pad * batch, pad, pad * batch],
    dilations: [1, batch],
  } as const;
  const filters = filterShape(context, node);
  const output = dimsOf(node.shape, batch, context.block);
  const pairs =
    !isStem(context, node) && isPaired(context, node, output) ? { output, channels: filters[1]! } : undefined;
  return deferConv(graph, { x, weight, filters, bias, window, pairs });
}

/** Stride 2: a convolution of the even columns and one of the odd columns, the second added to the first. */
function strided(
  context: LoweringContext,
  node: NodeOf<'conv'>,
  x: Value,
  weight: Value,
  bias: Value | undefined,
): Value {
  const { graph, batch } = context;
  const { kernel } = node.op;
  const input = context.shapeOf(node.inputs[0]!);
  const inputBlock = isStem(context, node) ? 1 : context.block;
  const shape = filterShape(context, node);
  const [, height, width] = node.shape;
  const pad = (kernel - 1) / 2;
  const bottom = Math.max(0, 2 * (height - 1) + kernel - pad - input[1]);
  const calls = ([0, 1] as const).flatMap((phase): ConvCall[] => {
    const { taps, first } = tapsOf(kernel, phase);
    if (taps.length === 0) return [];
    const columns = columnPhase(graph, x, runsOf(input, batch, inputBlock), phase);
    const right = first + taps.length - 1;
    return [
      {
        x: reshape(graph, columns, [1, shape[1]!, input[1], width * batch]),
        weight: columnsOfFilters(graph, weight, shape, taps, inputBlock * context.block),
        window: {
          kernel: [kernel, taps.length],
          pads: [pad, -first * batch, bottom, right * batch],
          strides: [2, 1],
          dilations: [1, batch],
        },
      },
    ];
  });
  const last = { ...calls.at(-1)!, bias };
  return deferConv(graph, calls.length === 1 ? last : { ...last, sum: writeConv(graph, calls[0]!) });
}
