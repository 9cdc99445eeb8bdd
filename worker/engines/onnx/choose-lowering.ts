import type { Network } from '../../../models/index.ts';
import { blocked } from '../../../compiler/lowerings/blocked/index.ts';
import { chooseLayout, onDevice, type Lowering } from '../../../compiler/index.ts';
import { portable } from '../../../compiler/lowerings/portable/index.ts';
import { cpuBlock } from './cpu-block.ts';

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
