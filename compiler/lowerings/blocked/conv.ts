import { elements } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { NodeOf } from '../../../models/index.ts';
import type { LoweringContext } from '../rule.ts';
import type { BlockedRule } from './blocked-rule.ts';
import { channelMean } from './channel-sums.ts';
import type { ConvCall } from './conv-call.ts';
import { deferConv, pendingScale, writeConv } from './write-conv.ts';
import { weightGradient } from './weight-gradient.ts';
import { dataGradient } from './data-gradient.ts';
import { isPaired } from './paired-rows.ts';
import { columnPhase, columnsOf, tapsOf } from './polyphase.ts';
import { stemWeightGradient } from './stem.ts';
import { isStem, weightDimsOf, windowOf } from './weight-dims.ts';
import { scaleWeights } from './weight-scale.ts';
import { blockedDims, reshape, sidesOf } from './tensor.ts';
import { columnsOfWeight } from './weights.ts';

/** Convolution, of an NCHWc value or (the stem) of the plain image. */
export const conv: BlockedRule<'conv'> = {
  supports: ({ node: { op } }) =>
    op.groups === 1 &&
    op.kernel.every((side) => side === op.kernel[0]) &&
    op.stride.every((step) => step === op.stride[0] && step <= 2),

  forward(context, node, [x]) {
    const bias = node.op.bias ? context.param(`${node.name}.bias`) : undefined;
    const weight = context.param(`${node.name}.weight`);
    return windowOf(node).stride === 1
      ? unstrided(context, node, x!, weight, bias)
      : strided(context, node, x!, weight, bias);
  },

  backward(context, node, dy) {
    const { graph, batch, block, packed } = context;
    const stem = isStem(context, node);
    const dims = blockedDims(node.shape, batch, block);
    if (node.op.bias) {
      const mean = channelMean(context, dims, dy);
      const count = graph.scalar(packed * batch * elements(node.shape.spatial));
      context.gradient(`${node.name}.bias`, graph.add('Mul', [mean, count]));
    }
    const weightDims = weightDimsOf(context, node);
    // A factor per channel that is still to be applied goes to the smaller one: the gradient, or the weight twice.
    const scaled = pendingScale(graph, dy);
    const apart = scaled !== undefined && elements(weightDims) < elements(dims);
    const gradient = apart ? scaled.value : dy;
    const scale = apart ? scaled.scale : undefined;
    const dWeight = stem ? stemWeightGradient(context, node, gradient) : weightGradient(context, node, gradient);
    context.gradient(`${node.name}.weight`, scaleWeights(graph, dWeight, weightDims, scale));
    if (stem) return [undefined];
    const weight = scaleWeights(graph, context.param(`${node.name}.weight`), weightDims, scale);
    return [dataGradient(context, node, gradient, weight, scale === undefined)];
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
  const { kernel, pad } = windowOf(node);
  const window = {
    kernel: [kernel, kernel],
    pads: [pad, pad * batch, pad, pad * batch],
    dilations: [1, batch],
  } as const;
  const weightDims = weightDimsOf(context, node);
  const output = blockedDims(node.shape, batch, context.block);
  const pairs =
    !isStem(context, node) && isPaired(context, node, output) ? { output, channels: weightDims[1]! } : undefined;
  return deferConv(graph, { x, weight, weightDims, bias, window, pairs });
}

/** Stride 2 by polyphase decomposition: a convolution of the even columns and one of the odd columns, added up. */
function strided(
  context: LoweringContext,
  node: NodeOf<'conv'>,
  x: Value,
  weight: Value,
  bias: Value | undefined,
): Value {
  const { graph, batch } = context;
  const { kernel, pad } = windowOf(node);
  const input = context.shapeOf(node.inputs[0]!);
  const inputBlock = isStem(context, node) ? 1 : context.block;
  const shape = weightDimsOf(context, node);
  const [inputHeight] = sidesOf(input);
  const [height, width] = sidesOf(node.shape);
  const bottom = Math.max(0, 2 * (height - 1) + kernel - pad - inputHeight);
  const calls = ([0, 1] as const).flatMap((phase): ConvCall[] => {
    const { taps, first } = tapsOf(kernel, phase);
    if (taps.length === 0) return [];
    const columns = columnPhase(graph, x, columnsOf(input, batch, inputBlock), phase);
    const right = first + taps.length - 1;
    return [
      {
        x: reshape(graph, columns, [1, shape[1]!, inputHeight, width * batch]),
        weight: columnsOfWeight(graph, weight, shape, taps, inputBlock * context.block),
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
