import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import { inPairsOfRows } from './paired-rows.ts';
import { Pending } from './pending.ts';
import { NCHWC, type Dims } from './tensor.ts';

/** Everything that one call of ONNX Runtime's blocked convolution can do: convolve, add a bias and a tensor, ReLU. */
export interface ConvCall {
  readonly x: Value;
  readonly weight: Value;
  /** Dimensions of the weight, where this one call is a whole convolution: a factor per channel may go into its filters. */
  readonly filters?: readonly number[];
  readonly bias?: Value | undefined;
  /** Added to the result before ReLU. */
  readonly sum?: Value;
  readonly relu?: boolean;
  readonly window: Window;
  /** Of a 3 x 3 convolution with one block of filters: its output, whose rows may be computed in pairs. */
  readonly pairs?: { readonly output: Dims; readonly channels: number } | undefined;
}

export interface Window {
  readonly kernel: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads?: readonly [number, number, number, number];
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  readonly groups?: number;
}

const calls = new Pending<ConvCall>(writeConv);

/** The result of a call that is written when it is read, so that a sum or a ReLU can still become part of it. */
export function deferConv(graph: OnnxGraph, call: ConvCall): Value {
  return calls.defer(graph, call);
}

/** The call behind a value, as long as nothing has read it. */
export function pendingConv(graph: OnnxGraph, value: Value): ConvCall | undefined {
  return calls.of(graph, value);
}

export function writeConv(graph: OnnxGraph, { pairs, ...call }: ConvCall): Value {
  // A tensor to be added lies in rows.
  if (pairs === undefined || call.sum !== undefined) return write(graph, call);
  const paired = inPairsOfRows(graph, call, pairs.output, pairs.channels);
  return paired.join(write(graph, paired.call));
}

function write(graph: OnnxGraph, { x, weight, bias, sum, relu, window }: ConvCall): Value {
  const inputs = [x, weight];
  // An input that is left out before one that is given has an empty name.
  if (bias !== undefined || sum !== undefined) inputs.push(bias ?? '');
  if (sum !== undefined) inputs.push(sum);
  const { kernel, pads = [0, 0, 0, 0], strides = [1, 1], dilations = [1, 1], groups = 1 } = window;
  const attributes = { kernel_shape: kernel, pads, strides, dilations, group: groups };
  return graph.add('Conv', inputs, relu === true ? { ...attributes, activation: 'Relu' } : attributes, NCHWC);
}

/** x * scale + bias per channel, in one pass: a depthwise 1 x 1 convolution. */
export function affine([, channels]: Dims, x: Value, scale: Value, bias?: Value): ConvCall {
  return { x, weight: scale, bias, window: { kernel: [1, 1], groups: channels } };
}

/** A value whose channels are still to be multiplied by a vector: who can take the factor elsewhere does. */
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
