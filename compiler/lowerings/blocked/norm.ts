import { elements, NORM_EPSILON } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { NodeOf } from '../../../models/index.ts';
import { Kept } from '../kept.ts';
import type { LoweringContext, Rule } from '../rule.ts';
import { affine, deferConv, deferScale, pendingConv } from './write-conv.ts';
import { channelMean, channelProductMean } from './channel-sums.ts';
import { scaleWeights } from './weight-scale.ts';
import { blockedDims, reshape } from './tensor.ts';

const kept = new Kept<{ mean: Value; inverse: Value; slope: Value }>('statistics');

/**
 * Batch normalisation: two reads for the statistics, and an affine map that takes a residual sum and ReLU with it. With running
 * statistics the map goes into the convolution before the norm, where that is one call.
 * Backwards, dx = a (dy + B x + C) per channel: the factor a is left to the convolution before the norm, which takes
 * it into its weight.
 */
export const norm: Rule<'norm'> = {
  forward(context, node, [x]) {
    const { graph, param, block } = context;
    const dims = blockedDims(node.shape, context.batch, block);
    const [scale, shift] = [param(`${node.name}.scale`), param(`${node.name}.shift`)];
    const { mean, variance } = context.mode === 'train' ? batchStats(context, node, x!) : runningStats(context, node);
    const deviation = graph.add('Sqrt', [graph.add('Add', [variance, graph.scalar(NORM_EPSILON)])]);
    const slope = graph.add('Div', [scale, deviation]);
    const offset = graph.add('Sub', [shift, graph.add('Mul', [mean, slope])]);
    if (context.mode === 'train') {
      kept.keep(graph, node, { mean, inverse: graph.add('Reciprocal', [deviation]), slope });
    }
    const factor = reshape(graph, slope, [dims[1], 1, 1, 1]);
    const conv = context.mode === 'evaluate' ? pendingConv(graph, x!) : undefined;
    if (conv?.weightDims === undefined || conv.bias !== undefined || conv.sum !== undefined)
      return deferConv(graph, affine(dims, x!, factor, offset));
    const { weightDims, ...call } = conv;
    return deferConv(graph, { ...call, weight: scaleWeights(graph, call.weight, weightDims, factor), bias: offset });
  },

  backward(context, node, dy) {
    const { graph, batch, block, packed } = context;
    const dims = blockedDims(node.shape, batch, block);
    const x = context.valueOf(node.inputs[0]!);
    const { mean, inverse, slope: scaling } = kept.of(graph, node);
    const meanDy = channelMean(context, dims, dy);
    const meanDyX = channelProductMean(context, dims, dy, x);
    const covariance = graph.add('Sub', [meanDyX, graph.add('Mul', [mean, meanDy])]);
    const correlation = graph.add('Mul', [inverse, covariance]);
    const count = graph.scalar(packed * batch * elements(node.shape.spatial));
    context.gradient(`${node.name}.scale`, graph.add('Mul', [correlation, count]));
    context.gradient(`${node.name}.shift`, graph.add('Mul', [meanDy, count]));
    const slope = graph.add('Neg', [graph.add('Mul', [correlation, inverse])]);
    const offset = graph.add('Neg', [graph.add('Add', [meanDy, graph.add('Mul', [slope, mean])])]);
    const vector = [dims[1], 1, 1, 1];
    const value = deferConv(graph, { ...affine(dims, x, reshape(graph, slope, vector), offset), sum: dy });
    return [deferScale(graph, { dims, value, scale: reshape(graph, scaling, vector) })];
  },
};

function batchStats(context: LoweringContext, node: NodeOf<'norm'>, x: Value): { mean: Value; variance: Value } {
  const { graph, batch, block, packed } = context;
  const dims = blockedDims(node.shape, batch, block);
  const mean = channelMean(context, dims, x);
  const meanSquare = channelProductMean(context, dims, x, x);
  // Rounding can take a variance of nothing below zero.
  const variance = graph.add('Relu', [graph.add('Sub', [meanSquare, graph.add('Mul', [mean, mean])])]);
  const count = packed * batch * elements(node.shape.spatial);
  context.batchStat(`${node.name}.mean`, mean);
  // The running variance is the unbiased one, as PyTorch keeps it.
  const unbiased = count > 1 ? count / (count - 1) : 1;
  context.batchStat(`${node.name}.variance`, graph.add('Mul', [variance, graph.scalar(unbiased)]));
  return { mean, variance };
}

function runningStats({ stat }: LoweringContext, node: NodeOf<'norm'>): { mean: Value; variance: Value } {
  return { mean: stat(`${node.name}.mean`), variance: stat(`${node.name}.variance`) };
}
