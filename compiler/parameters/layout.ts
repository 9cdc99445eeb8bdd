import { elements, type Network, type Node, type Param } from '../../models/index.ts';

/** One tensor's place in a flat vector. */
export interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/**
 * Where each parameter and each running statistic lives in the flat vectors that a checkpoint holds: `params`,
 * `velocity` and `ema` are laid out by `params`, `stats` by `stats`.
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

/** What has to be placed. */
export type Named = Pick<Param, 'name' | 'shape'>;

/** The network's own layout: what checkpoints, digests and exports hold, whatever engine trains it. */
export function layoutOf(network: Network): Layout {
  return place(network, ({ shape }) => shape);
}

/** The same tensors in the same order, each in the shape that `shapeOf` says. */
export function place(network: Network, shapeOf: (tensor: Named) => readonly number[]): Layout {
  const all = network.nodes.flatMap((node) => node.params);
  const decaying = all.filter((param) => param.decays);
  const params = line([...decaying, ...all.filter((param) => !param.decays)], shapeOf);
  const stats = line(network.nodes.flatMap(statsOf), shapeOf);
  return {
    params,
    paramCount: total(params),
    decayingCount: total(params.slice(0, decaying.length)),
    stats,
    statCount: total(stats),
  };
}

/** The running statistics of a node: only a norm has some. */
export function statsOf(node: Node): Named[] {
  if (node.op.kind !== 'norm') return [];
  const shape = [node.shape[0]];
  return [
    { name: `${node.name}.mean`, shape },
    { name: `${node.name}.variance`, shape },
  ];
}

function line(tensors: readonly Named[], shapeOf: (tensor: Named) => readonly number[]): Slot[] {
  let offset = 0;
  return tensors.map((tensor) => {
    const shape = shapeOf(tensor);
    const size = elements(shape);
    const slot = { name: tensor.name, shape, offset, size };
    offset += size;
    return slot;
  });
}

function total(slots: readonly Slot[]): number {
  return slots.reduce((sum, slot) => sum + slot.size, 0);
}
