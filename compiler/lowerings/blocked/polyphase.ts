import type { Shape } from '../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import { blockedDims, reshape, sidesOf } from './tensor.ts';

/**
 * Polyphase decomposition of a stride of 2 over columns. A column is N pixels (the batch), so the kernels' own stride cannot skip one;
 * even and odd columns, the two phases, are taken apart instead, and each kernel column (tap) meets one of them.
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

/** A value as rows x width x inner, where a column is `inner` consecutive numbers. */
export interface Columns {
  readonly rows: number;
  readonly width: number;
  readonly inner: number;
}

/** With block 1: of a plain value [C, H, W * N]. */
export function columnsOf(shape: Shape, batch: number, block: number): Columns {
  const [, channels, height] = blockedDims(shape, batch, block);
  return { rows: (channels / block) * height, width: sidesOf(shape)[1], inner: batch * block };
}

/** Every second column, from the first (0) or the second (1); an odd width is filled up with zeros. */
export function columnPhase(graph: OnnxGraph, x: Value, { rows, width, inner }: Columns, phase: 0 | 1): Value {
  const half = Math.ceil(width / 2);
  let whole = reshape(graph, x, [rows, width, inner]);
  if (width % 2 === 1) whole = graph.add('Pad', [whole, graph.ints([0, 0, 0, 0, 1, 0])]);
  const apart = reshape(graph, whole, [rows, half, 2, inner]);
  return graph.add('Slice', [apart, graph.ints([phase]), graph.ints([phase + 1]), graph.ints([2])]);
}

/** Two values of rows x width x inner as one of rows x 2 width x inner, their columns in turn. */
export function interleaveColumns(graph: OnnxGraph, even: Value, odd: Value, { rows, width, inner }: Columns): Value {
  const parts = [even, odd].map((value) => reshape(graph, value, [rows * width, 1, inner]));
  return graph.add('Concat', parts, { axis: 1 });
}
