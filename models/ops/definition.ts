import type { Param, Stat } from '../param.ts';
import { sizeOf, type Shape } from '../shape.ts';

/**
 * What the time of an operation goes into. Stored calibration files have these names as keys.
 *
 * - `wideMultiplications`, `pointMultiplications`: MACs (multiply-adds) of k x k and of 1 x 1 convolutions.
 * - `wideTraffic`, `pointTraffic`: values that those convolutions read and write.
 * - `pointwise`: values that every other operation writes.
 */
export const WORK_CLASSES = [
  'wideMultiplications',
  'pointMultiplications',
  'wideTraffic',
  'pointTraffic',
  'pointwise',
] as const;
export type Work = Partial<Readonly<Record<(typeof WORK_CLASSES)[number], number>>>;

/** What a node's output takes in memory, in the layout that it is computed in. */
export interface Extent {
  readonly shape: Shape;
  /** Channels of one image, padding included. */
  readonly channels: number;
  /** Values of one image, padding included. */
  readonly size: number;
  /** Images that share a block of channels; a convolution multiplies the zeros of the others as well. */
  readonly packed: number;
}

/** All that the project knows of one kind of operation, except how it is computed: that is a lowering's rule. */
export interface OpDefinition<O> {
  /** Of the output, from those of the inputs. */
  shape(op: O, inputs: readonly Shape[]): Shape;
  /** Learned tensors of a node of that name. @defaultValue none */
  params?(op: O, name: string, inputs: readonly Shape[]): readonly Param[];
  /** Running statistics, which a training step moves and an evaluation reads. @defaultValue none */
  stats?(op: O, name: string, inputs: readonly Shape[]): readonly Stat[];
  /** FLOPs of one forward pass of one image; 1 multiply-add = 2 (ResNet-RS, Table 7). @defaultValue 0 */
  flops?(op: O, inputs: readonly Shape[], output: Shape): number;
  /** Elements of convolution outputs (Dollar et al. 2021, section 3). @defaultValue 0 */
  activations?(op: O, output: Shape): number;
  /** Work of one image, by class. */
  workload(op: O, inputs: readonly Extent[], output: Extent): Work;
  /**
   * Values of one image that the backward pass reads and that no other operation of the network counts as kept: norms, sums and drops are
   * part of the operation before or after them. @defaultValue 0
   */
  kept?(op: O, inputs: readonly Shape[], output: Shape): number;
}

/** For operations that leave the shape as it is. */
export function sameShape(_op: unknown, [x]: readonly Shape[]): Shape {
  return x!;
}

/** For operations whose time goes into writing their output. */
export function pointwise(_op: unknown, _inputs: readonly Extent[], { size }: Extent): Work {
  return { pointwise: size };
}

/** For operations that compute nothing that takes time. */
export function noWork(): Work {
  return {};
}

/** For operations whose output the backward pass reads. */
export function keepsOutput(_op: unknown, _inputs: readonly Shape[], output: Shape): number {
  return sizeOf(output);
}
