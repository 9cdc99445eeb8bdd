import type * as tfjs from '@tensorflow/tfjs';

/** TensorFlow.js, whichever package it is loaded from: the native ones export all of `@tensorflow/tfjs`. */
export type Tf = typeof tfjs;
export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs';
