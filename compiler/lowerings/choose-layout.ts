import type { Network } from '../../models/index.ts';
import { workloadOf, type ValueLayout } from '../workload.ts';
import { abreastOf } from './batch-packing.ts';

export interface LayoutChoice extends ValueLayout {
  /** For the trial's record. */
  readonly reason: string;
}

/**
 * Measured with blocks of 16: with four times the multiplications a step takes as long as in the portable lowering, with 2.6 times two thirds
 * of that (docs/performance.md).
 */
const MOST_PADDING = 3;

/** How values lie in the blocked layout of so many channels; with a block of 1, in the plain one. */
export function layoutIn(network: Network, block: number, batch: number): ValueLayout {
  return { block, abreast: abreastOf(network, block, batch) };
}

/**
 * Which layout a network is trained in. Loads no engine, so that a plan may ask as well.
 *
 * @param block channels that ONNX Runtime's blocked layout keeps together on the CPU; 1 where it has none.
 */
export function chooseLayout(network: Network, device: string, batch: number, block: number): LayoutChoice {
  const plain = layoutIn(network, 1, batch);
  const inPlain = (reason: string): LayoutChoice => ({ ...plain, reason });
  if (device !== 'cpu') return inPlain(`the blocked layout is for CPUs, the device is ${device}`);
  if (block === 1) return inPlain('ONNX Runtime has no blocked layout on this CPU');
  if (batch % block !== 0) return inPlain(`a batch of ${batch} is not a multiple of the block of ${block} channels`);
  const blocked = layoutIn(network, block, batch);
  const padding = multiplications(network, blocked) / multiplications(network, plain);
  if (padding > MOST_PADDING)
    return inPlain(`blocks of ${block} channels would take ${padding.toFixed(1)} times the multiplications`);
  const most = Math.max(...blocked.abreast);
  const shared = most > 1 ? `, of up to ${most} images where channels are few,` : '';
  return {
    ...blocked,
    reason: `blocks of ${block} channels${shared} take ${padding.toFixed(2)} times the multiplications`,
  };
}

function multiplications(network: Network, layout: ValueLayout): number {
  const { wideMultiplications, pointMultiplications } = workloadOf(network, 1, layout);
  return wideMultiplications + pointMultiplications;
}
