import type { Network } from '../../models/index.ts';
import { workloadOf, type ValueLayout } from '../workload.ts';
import { packingOf } from './batch-packing.ts';
import { plainNodesOf, whyNotBlocked } from './blocked/rules.ts';

export interface LayoutChoice extends ValueLayout {
  /** For the trial's record. */
  readonly reason: string;
}

/**
 * Measured with blocks of 16: with four times the MACs a step takes as long as in the portable lowering, with 2.6 times two thirds
 * of that (compiler/README.md).
 */
const MOST_PADDING = 3;

/** How values lie in blocks of so many channels; with a block of 1, in the plain layout. */
export function layoutIn(network: Network, block: number, batch: number): ValueLayout {
  if (block === 1) return { block, packing: network.nodes.map(() => 1), plainNodes: new Set() };
  const plainNodes = plainNodesOf(network);
  return { block, packing: packingOf(network, block, batch, plainNodes), plainNodes };
}

/**
 * Which layout a network is trained in. Loads no engine, so that a plan may ask as well.
 *
 * @param block channels that ONNX Runtime's NCHWc layout keeps together on the CPU; 1 where it has none.
 */
export function chooseLayout(network: Network, device: string, batch: number, block: number): LayoutChoice {
  const plain = layoutIn(network, 1, batch);
  const inPlain = (reason: string): LayoutChoice => ({ ...plain, reason });
  if (device !== 'cpu') return inPlain(`the blocked layout is for CPUs, the device is ${device}`);
  if (block === 1) return inPlain('ONNX Runtime has no blocked layout on this CPU');
  if (batch % block !== 0) return inPlain(`a batch of ${batch} is not a multiple of the block of ${block} channels`);
  const blocked = layoutIn(network, block, batch);
  const refused = whyNotBlocked(network, blocked.plainNodes);
  if (refused !== undefined) return inPlain(refused);
  const padding = macs(network, blocked) / macs(network, plain);
  if (padding > MOST_PADDING)
    return inPlain(`blocks of ${block} channels would take ${padding.toFixed(1)} times the multiplications`);
  const most = Math.max(...blocked.packing);
  const shared = most > 1 ? `, of up to ${most} images where channels are few,` : '';
  return {
    ...blocked,
    reason: `blocks of ${block} channels${shared} take ${padding.toFixed(2)} times the multiplications${inPlainRules(network, blocked)}`,
  };
}

/** What of a network takes the portable rule, in words. */
function inPlainRules({ nodes }: Network, { plainNodes }: ValueLayout): string {
  if (plainNodes.size === 0) return '';
  const counts = new Map<string, number>();
  for (const id of plainNodes) {
    const { op } = nodes[id]!;
    const name = op.kind === 'conv' && op.groups > 1 ? 'grouped conv' : op.kind;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const all = [...counts].map(([name, count]) => `${count} x ${name}`);
  return `; without a blocked rule, so computed in the plain layout: ${all.join(', ')}`;
}

function macs(network: Network, layout: ValueLayout): number {
  const { wideMultiplications, pointMultiplications } = workloadOf(network, 1, layout);
  return wideMultiplications + pointMultiplications;
}
