import { elements, type Network, type Stat } from '../../models/index.ts';

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

/** The network's own layout: what checkpoints, digests and exports hold, for every engine. */
export function layoutOf(network: Network): Layout {
  return place(network, ({ shape }) => shape);
}

/** The same tensors in the same order, each in the shape that `shapeOf` says. */
export function place(network: Network, shapeOf: (tensor: Stat) => readonly number[]): Layout {
  const all = network.nodes.flatMap((node) => node.params);
  const decaying = all.filter((param) => param.decays);
  const params = line([...decaying, ...all.filter((param) => !param.decays)], shapeOf);
  const stats = line(
    network.nodes.flatMap(({ stats }) => stats),
    shapeOf,
  );
  return {
    params,
    paramCount: total(params),
    decayingCount: total(params.slice(0, decaying.length)),
    stats,
    statCount: total(stats),
  };
}

function line(tensors: readonly Stat[], shapeOf: (tensor: Stat) => readonly number[]): Slot[] {
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
