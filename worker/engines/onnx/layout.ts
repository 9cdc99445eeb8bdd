import { elements, type Network, type Node, type Param } from '../../../models/index.ts';

/** One tensor's place in a flat vector. */
export interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/**
 * Where each parameter and each running statistic lives. A training keeps few flat vectors instead of hundreds of
 * small tensors: the optimiser is a handful of operations over whole vectors, and a step passes a handful of values.
 */
export interface Layout {
  /** Decaying parameters first, so that weight decay is one slice. */
  readonly params: readonly Slot[];
  readonly paramCount: number;
  readonly decayingCount: number;
  /** Running mean and variance of every norm: `<norm>.mean`, `<norm>.variance`. */
  readonly stats: readonly Slot[];
  readonly statCount: number;
}

export function layoutOf(network: Network): Layout {
  const all = network.nodes.flatMap((node) => node.params);
  const params = place([...all.filter((param) => param.decays), ...all.filter((param) => !param.decays)]);
  const stats = place(network.nodes.filter((node) => node.op.kind === 'norm').flatMap(statsOf));
  return {
    params,
    paramCount: total(params),
    decayingCount: total(params.slice(0, all.filter((param) => param.decays).length)),
    stats,
    statCount: total(stats),
  };
}

function statsOf(node: Node): Pick<Param, 'name' | 'shape'>[] {
  const shape = [node.shape[0]];
  return [
    { name: `${node.name}.mean`, shape },
    { name: `${node.name}.variance`, shape },
  ];
}

function place(tensors: readonly Pick<Param, 'name' | 'shape'>[]): Slot[] {
  let offset = 0;
  return tensors.map(({ name, shape }) => {
    const size = elements(shape);
    const slot = { name, shape, offset, size };
    offset += size;
    return slot;
  });
}

function total(slots: readonly Slot[]): number {
  return slots.reduce((sum, slot) => sum + slot.size, 0);
}
