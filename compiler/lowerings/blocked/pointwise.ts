import { sigmoid as plainSigmoid } from '../portable/pointwise.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, Rule } from '../rule.ts';
import { affine, deferConv, pendingConv, writeConv } from './conv-call.ts';
import { deferQuarters, pendingQuarters } from './quarters.ts';
import { dimsOf, reshape, type Dims } from './tensor.ts';
import type { Node, Shape } from '../../../models/index.ts';

export const relu: Rule<'relu'> = {
  forward({ graph }, _node, [x]) {
    const call = pendingConv(graph, x!);
    return call === undefined ? graph.add('Relu', [x!]) : writeConv(graph, { ...call, relu: true });
  },
  backward(context, node, dy) {
    const { graph } = context;
    // 1 where y > 1e-30, else 0: HardSigmoid is the cheapest step function there is (0.5 ms for 6.4 MB, where Sign and
    // Greater with Where take 2.0).
    const alive = graph.add('HardSigmoid', [context.valueOf(node.id)], { alpha: 1e30, beta: 0 });
    return [graph.add('Mul', [dy, alive])];
  },
};

export const sigmoid: Rule<'sigmoid'> = plainSigmoid;

export const add: Rule<'add'> = {
  forward({ graph, batch, block }, node, [a, b]) {
    return (
      addTo(graph, a!, b!) ?? addTo(graph, b!, a!) ?? identityPlus(graph, dimsOf(node.shape, batch, block), a!, b!)
    );
  },
  backward: (_context, _node, dy) => [dy, dy],
};

/** Makes `other` part of the convolution that `value` waits for. */
function addTo(graph: OnnxGraph, value: Value, other: Value): Value | undefined {
  const call = pendingConv(graph, value);
  return call === undefined || call.sum !== undefined ? undefined : deferConv(graph, { ...call, sum: other });
}

/** A sum in the form of a convolution, so that it can take a ReLU with it. */
function identityPlus(graph: OnnxGraph, dims: Dims, a: Value, b: Value): Value {
  const ones = graph.floats(new Float32Array(dims[1]).fill(1), [dims[1], 1, 1, 1]);
  return deferConv(graph, { ...affine(dims, a, ones), sum: b });
}

/**
 * The sum of gradients: within a convolution that is still to be written, where one of them comes from such a one. Of those
 * whose quarters are still apart, each quarter: a pointwise shortcut has but one.
 */
export function sum(graph: OnnxGraph, parts: readonly Value[]): Value {
  const apart = parts.flatMap((part) => pendingQuarters(graph, part) ?? []);
  if (apart.length < 2) return sumWhole(graph, parts);
  const quarters = apart[0]!.parts.map((_, at) => {
    const present = apart.flatMap((each) => each.parts[at] ?? []);
    return present.length < 2 ? present[0] : sumWhole(graph, present);
  });
  const together = deferQuarters(graph, { ...apart[0]!, parts: quarters });
  const others = parts.filter((part) => pendingQuarters(graph, part) === undefined);
  return others.length === 0 ? together : sumWhole(graph, [together, ...others]);
}

function sumWhole(graph: OnnxGraph, parts: readonly Value[]): Value {
  const host = parts.find((part) => {
    const call = pendingConv(graph, part);
    return call !== undefined && call.sum === undefined;
  });
  if (host === undefined) return graph.add('Sum', parts);
  const others = parts.filter((part) => part !== host);
  return addTo(graph, host, others.length === 1 ? others[0]! : graph.add('Sum', others))!;
}

/** Whole images by a factor per channel and image: broadcast over runs of N * b. */
export const gate: Rule<'gate'> = {
  forward(context, node, [x, by]) {
    const { graph } = context;
    const product = graph.add('Mul', [positions(context, x!, node.shape), positions(context, by!, gateShape(node))]);
    return reshape(graph, product, dimsOf(node.shape, context.batch, context.block));
  },
  backward(context, node, dy) {
    const { graph, batch, block } = context;
    const x = positions(context, context.valueOf(node.inputs[0]!), node.shape);
    const by = positions(context, context.valueOf(node.inputs[1]!), gateShape(node));
    const gradient = positions(context, dy, node.shape);
    const dBy = graph.add('ReduceSum', [graph.add('Mul', [gradient, x]), graph.ints([1])], { keepdims: 1 });
    const dx = graph.add('Mul', [gradient, by]);
    return [
      reshape(graph, dx, dimsOf(node.shape, batch, block)),
      reshape(graph, dBy, dimsOf(gateShape(node), batch, block)),
    ];
  },
};

function gateShape(node: Node): Shape {
  return [node.shape[0], 1, 1];
}

/** [C / b, H * W, N * b]. */
export function positions({ graph, batch, block }: LoweringContext, value: Value, shape: Shape): Value {
  const [, channels] = dimsOf(shape, batch, block);
  return reshape(graph, value, [channels / block, shape[1] * shape[2], batch * block]);
}
