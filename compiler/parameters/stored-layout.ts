import type { Network } from '../../models/index.ts';
import { place, type Layout, type Slot } from './layout.ts';
import type { Lowering } from '../lowerings/rule.ts';

export { layoutOf, type Layout, type Slot } from './layout.ts';

/**
 * The layout of the vectors that a step works on. A training keeps few flat vectors instead of hundreds of small
 * tensors: the optimiser is a handful of operations over whole vectors, and a step passes a handful of values.
 */
export function storedLayoutOf(network: Network, lowering: Lowering): Layout {
  return place(network, (tensor) => lowering.storageOf(tensor).shape);
}

/** Copies a flat vector from the network's layout to the stored one, or back. */
export function convert(
  slots: readonly Slot[],
  storedSlots: readonly Slot[],
  lowering: Lowering,
  direction: 'store' | 'restore',
  from: Float32Array,
  to: Float32Array,
): void {
  const stored = new Map(storedSlots.map((slot) => [slot.name, slot]));
  for (const slot of slots) {
    const place = stored.get(slot.name)!;
    const storage = lowering.storageOf(slot);
    const [source, target] = direction === 'store' ? [slot, place] : [place, slot];
    const read = from.subarray(source.offset, source.offset + source.size);
    const written = to.subarray(target.offset, target.offset + target.size);
    if (direction === 'store') storage.store(read, written);
    else storage.restore(read, written);
  }
}

/** A stretch of the parameters that a step takes as one tensor. */
export interface Part {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly decays: boolean;
  readonly slots: readonly Slot[];
}

/** Name of the part that holds the many small vectors. */
export const VECTORS = 'vectors';

/**
 * Each filter by itself, so that neither it nor its gradient is copied out of or into a vector, and the many small
 * vectors together. Parts are handed over as views of one array.
 *
 * The order decides what a step holds: ONNX Runtime executes what the last result in the file needs, then what the one
 * before needs, and so on. The classifier therefore comes last and the stem early, so that each filter's gradient is taken
 * when the backward pass is there; the vectors, whose gradients need all of it, come first. The other way round the backward
 * pass runs to its end before the first filter's gradient, with everything in memory that those need.
 */
export function partsOf({ params, decayingCount, paramCount }: Layout): Part[] {
  const rest = params.filter(({ offset }) => offset >= decayingCount);
  return [
    { name: VECTORS, offset: decayingCount, size: paramCount - decayingCount, decays: false, slots: rest },
    ...params
      .filter(({ offset }) => offset < decayingCount)
      .map((slot) => ({ name: slot.name, offset: slot.offset, size: slot.size, decays: true, slots: [slot] })),
  ];
}
