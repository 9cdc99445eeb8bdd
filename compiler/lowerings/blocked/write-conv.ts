import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import type { ConvCall } from './conv-call.ts';
import { inPairsOfRows } from './paired-rows.ts';
import { Pending } from './pending.ts';
import { NCHWC, type Dims } from './tensor.ts';

const calls = new Pending<ConvCall>(writeConv);

/** The result of a call that is written when it is read, so that a sum or an activation can still become part of it. */
export function deferConv(graph: OnnxGraph, call: ConvCall): Value {
  return calls.defer(graph, call);
}

/** The call behind a value, as long as nothing has read it. */
export function pendingConv(graph: OnnxGraph, value: Value): ConvCall | undefined {
  return calls.of(graph, value);
}

/** Makes `other` part of the convolution that `value` waits for. */
export function addTo(graph: OnnxGraph, value: Value, other: Value): Value | undefined {
  const call = pendingConv(graph, value);
  return call === undefined || call.sum !== undefined ? undefined : deferConv(graph, { ...call, sum: other });
}

export function writeConv(graph: OnnxGraph, { pairs, ...call }: ConvCall): Value {
  // A tensor to be added lies in rows.
  if (pairs === undefined || call.sum !== undefined) return write(graph, call);
  const paired = inPairsOfRows(graph, call, pairs.output, pairs.channels);
  return paired.join(write(graph, paired.call));
}

function write(graph: OnnxGraph, { x, weight, bias, sum, activation, window }: ConvCall): Value {
  const inputs = [x, weight];
  // An input that is left out before one that is given has an empty name.
  if (bias !== undefined || sum !== undefined) inputs.push(bias ?? '');
  if (sum !== undefined) inputs.push(sum);
  const { kernel, pads = [0, 0, 0, 0], strides = [1, 1], dilations = [1, 1], groups = 1 } = window;
  const attributes = { kernel_shape: kernel, pads, strides, dilations, group: groups };
  return graph.add('Conv', inputs, activation === undefined ? attributes : { ...attributes, activation }, NCHWC);
}

/** x * scale + bias per channel, in one pass: a depthwise 1 x 1 convolution. */
export function affine([, channels]: Dims, x: Value, scale: Value, bias?: Value): ConvCall {
  return { x, weight: scale, bias, window: { kernel: [1, 1], groups: channels } };
}

/** A value whose channels are still to be multiplied by a vector: an operation that can take the factor elsewhere does. */
export interface Scaled {
  readonly dims: Dims;
  readonly value: Value;
  /** [C, 1, 1, 1]. */
  readonly scale: Value;
}

const scaledValues = new Pending<Scaled>((graph, { dims, value, scale }) =>
  writeConv(graph, affine(dims, value, scale)),
);

export function deferScale(graph: OnnxGraph, scaled: Scaled): Value {
  return scaledValues.defer(graph, scaled);
}

export function pendingScale(graph: OnnxGraph, value: Value): Scaled | undefined {
  return scaledValues.of(graph, value);
}
