import type { Value } from '../../onnx/onnx-graph.ts';
import type { Dims } from './tensor.ts';

/** Everything that one call of ONNX Runtime's NCHWc convolution can do: convolve, add a bias and a tensor, ReLU. */
export interface ConvCall {
  readonly x: Value;
  readonly weight: Value;
  /** Dimensions of the weight, where this one call is a whole convolution: a factor per channel may go into it. */
  readonly weightDims?: readonly number[];
  readonly bias?: Value | undefined;
  /** Added to the result before the activation. */
  readonly sum?: Value;
  readonly activation?: 'Relu';
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
