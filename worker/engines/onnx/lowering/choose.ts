import type { Network } from '../../../../models/index.ts';
import { blocked } from './blocked/index.ts';
import { roundUp } from './blocked/tensor.ts';
import { portable } from './portable/index.ts';
import { onDevice } from './portable/on-device.ts';
import { cpuBlock } from './probe.ts';
import type { Lowering } from './rule.ts';

export interface Choice {
  readonly lowering: Lowering;
  /** For the trial's record. */
  readonly reason: string;
}

/**
 * Per multiplication the blocked lowering takes half the time of the portable one or less (docs/performance.md), so it
 * pays as long as rounding channels up does not double the multiplications.
 */
const MOST_PADDING = 2;

/** Which lowering a network is trained with. `block` is this CPU's; given by tests. */
export async function chooseLowering(network: Network, device: string, batch: number, block?: number): Promise<Choice> {
  const inPlain = (reason: string): Choice => ({ lowering: portable, reason });
  if (device !== 'cpu')
    return { lowering: onDevice, reason: `the blocked layout is for CPUs, the device is ${device}` };
  const size = block ?? (await cpuBlock());
  if (size === 1) return inPlain('ONNX Runtime has no blocked layout on this CPU');
  if (batch % size !== 0) return inPlain(`a batch of ${batch} is not a multiple of the block of ${size} channels`);
  const padding = multiplications(network, size) / multiplications(network, 1);
  if (padding > MOST_PADDING) {
    return inPlain(`blocks of ${size} channels would take ${padding.toFixed(1)} times the multiplications`);
  }
  return {
    lowering: blocked(network, size),
    reason: `blocks of ${size} channels take ${padding.toFixed(2)} times the multiplications`,
  };
}

/** Of all convolutions, with channels rounded up to blocks (but not those of the image). */
function multiplications({ nodes }: Network, block: number): number {
  let sum = 0;
  for (const { op, inputs, shape } of nodes) {
    if (op.kind !== 'conv') continue;
    const source = nodes[inputs[0]!]!;
    const channels = source.op.kind === 'input' ? source.shape[0] : roundUp(source.shape[0], block);
    sum += op.kernel ** 2 * channels * roundUp(shape[0], block) * shape[1] * shape[2];
  }
  return sum;
}
