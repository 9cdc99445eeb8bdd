import type { Shape } from '../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import { dimsOf, reshape } from './tensor.ts';

/**
 * Strides over columns. A column is a run of N pixels, so the kernels' own stride cannot skip one; even and odd columns
 * are taken apart instead, and each kernel column meets one of the two.
 */
export interface Taps {
  /** Kernel indices that meet this phase, ascending. */
  readonly taps: readonly number[];
  /** The pixel of the phase that the first of them meets, relative to the output's. */
  readonly first: number;
}

/** For stride 2 and padding (kernel - 1) / 2. */
export function tapsOf(kernel: number, phase: 0 | 1): Taps {
  const pad = (kernel - 1) / 2;
  const taps = Array.from({ length: kernel }, (_, k) => k).filter((k) => Math.abs(k - pad) % 2 === phase);
  return { taps, first: taps.length === 0 ? 0 : (taps[0]! - pad - phase) / 2 };
}

/** A value as rows x width x inner, where a column is a run of `inner` numbers. */
export interface Runs {
  readonly rows: number;
  readonly width: number;
  readonly inner: number;
}

/** With block 1: of a plain value [C, H, W * N]. */
export function runsOf(shape: Shape, batch: number, block: number): Runs {
  const [, channels, height] = dimsOf(shape, batch, block);
  return { rows: (channels / block) * height, width: shape[2], inner: batch * block };
}

/** Every second column, from the first (0) or the second (1); an odd width is filled up with zeros. */
export function columnPhase(graph: OnnxGraph, x: Value, { rows, width, inner }: Runs, phase: 0 | 1): Value {
  const half = Math.ceil(width / 2);
  let whole = reshape(graph, x, [rows, width, inner]);
  if (width % 2 === 1) whole = graph.add('Pad', [whole, graph.ints([0, 0, 0, 0, 1, 0])]);
  const apart = reshape(graph, whole, [rows, half, 2, inner]);
  return graph.add('Slice', [apart, graph.ints([phase]), graph.ints([phase + 1]), graph.ints([2])]);
}

/** Two values of rows x width x inner as one of rows x 2 width x inner, their columns in turn. */
export function interleaveColumns(graph: OnnxGraph, even: Value, odd: Value, { rows, width, inner }: Runs): Value {
  const parts = [even, odd].map((value) => reshape(graph, value, [rows * width, 1, inner]));
  return graph.add('Concat', parts, { axis: 1 });
}
