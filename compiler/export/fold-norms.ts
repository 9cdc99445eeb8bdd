import { elements, NORM_EPSILON, type Network, type Node } from '../../models/index.ts';
import { layoutOf, type Slot } from '../parameters/stored-layout.ts';

/** A trained network's values by name, with the norms that follow a convolution taken into it. */
export interface Folded {
  /** Parameters and, for norms that stay, statistics. Folded convolutions have a `<conv>.bias`. */
  readonly tensors: ReadonlyMap<string, { readonly values: Float32Array; readonly shape: readonly number[] }>;
  /** Names of the norms that are gone. */
  readonly folded: ReadonlySet<string>;
}

/**
 * With running statistics a norm is one multiplication and one addition per channel, which a convolution before it can
 * do by itself: w' = w s, b' = (b - mean) s + shift, s = scale / sqrt(variance + epsilon). Computed in doubles and
 * rounded once. A norm stays where its input is no convolution, or has other readers.
 *
 * @param params flat, in the network's own layout.
 * @param stats likewise.
 */
export function foldNorms(network: Network, params: Float32Array, stats: Float32Array): Folded {
  const layout = layoutOf(network);
  const tensors = new Map([...slice(layout.params, params), ...slice(layout.stats, stats)]);
  const values = (name: string): Float32Array => tensors.get(name)!.values;
  const readers = countReaders(network);
  const folded = new Set<string>();
  for (const norm of network.nodes) {
    const conv = norm.op.kind === 'norm' ? network.nodes[norm.inputs[0]!]! : undefined;
    if (conv?.op.kind !== 'conv' || readers.get(conv.id) !== 1) continue;
    const [weight, bias] = foldOne(conv, norm, values);
    tensors.set(`${conv.name}.weight`, { values: weight, shape: tensors.get(`${conv.name}.weight`)!.shape });
    tensors.set(`${conv.name}.bias`, { values: bias, shape: [bias.length] });
    for (const name of ['scale', 'shift', 'mean', 'variance']) tensors.delete(`${norm.name}.${name}`);
    folded.add(norm.name);
  }
  return { tensors, folded };
}

function foldOne(conv: Node, norm: Node, values: (name: string) => Float32Array): [Float32Array, Float32Array] {
  const [scale, shift] = [values(`${norm.name}.scale`), values(`${norm.name}.shift`)];
  const [mean, variance] = [values(`${norm.name}.mean`), values(`${norm.name}.variance`)];
  const weight = values(`${conv.name}.weight`).slice();
  const before = conv.op.kind === 'conv' && conv.op.bias ? values(`${conv.name}.bias`) : undefined;
  const bias = new Float32Array(scale.length);
  const perFilter = weight.length / scale.length;
  for (let filter = 0; filter < scale.length; filter++) {
    const factor = scale[filter]! / Math.sqrt(variance[filter]! + NORM_EPSILON);
    for (let i = filter * perFilter; i < (filter + 1) * perFilter; i++) weight[i] = weight[i]! * factor;
    bias[filter] = ((before?.[filter] ?? 0) - mean[filter]!) * factor + shift[filter]!;
  }
  return [weight, bias];
}

function slice(
  slots: readonly Slot[],
  flat: Float32Array,
): [string, { values: Float32Array; shape: readonly number[] }][] {
  return slots.map(({ name, shape, offset }) => [
    name,
    { values: flat.subarray(offset, offset + elements(shape)), shape },
  ]);
}

function countReaders({ nodes }: Network): Map<number, number> {
  const readers = new Map<number, number>();
  for (const { inputs } of nodes) for (const id of inputs) readers.set(id, (readers.get(id) ?? 0) + 1);
  return readers;
}
