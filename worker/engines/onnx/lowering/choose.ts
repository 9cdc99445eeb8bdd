import type { Network } from '../../../../models/index.ts';
import { blocked } from './blocked/index.ts';
import { chooseLayout } from './layout-rule.ts';
import { portable } from './portable/index.ts';
import { onDevice } from './portable/on-device.ts';
import { cpuBlock } from './probe.ts';
import type { Lowering } from './rule.ts';

export interface Choice {
  readonly lowering: Lowering;
  /** For the trial's record. */
  readonly reason: string;
}

/** Which lowering a network is trained with. `block` is this CPU's; given by tests. */
export async function chooseLowering(network: Network, device: string, batch: number, block?: number): Promise<Choice> {
  const own = device === 'cpu' ? (block ?? (await cpuBlock())) : 1;
  const choice = chooseLayout(network, device, batch, own);
  const plain = device === 'cpu' ? portable : onDevice;
  return { lowering: choice.block > 1 ? blocked(network, choice.block, batch) : plain, reason: choice.reason };
}
