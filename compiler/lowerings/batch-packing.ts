import type { Network } from '../../models/index.ts';

/** Divides the images of an evaluation, 200 or four micro-batches, as well. */
const MOST = 8;

/**
 * Batch packing: how many images share one block of channels, by node. Where channels fill half of a block or less, those of two, four
 * or eight images share it instead of padding: from the image on, as far as channels are few, never more than before, and none
 * from the first convolution of the last stage on, where images are small.
 *
 * @param batch images of a step: those that share no block must still fill blocks, for the weight gradients.
 * @param plainNodes that are computed in the plain layout: where there are any, nothing is packed.
 */
export function packingOf(
  network: Network,
  block: number,
  batch: number,
  plainNodes: ReadonlySet<number>,
): readonly number[] {
  for (let most = Math.min(MOST, block); most > 1 && plainNodes.size === 0; most /= 2) {
    if (batch % (most * block) !== 0) continue;
    const packing = assign(network, block, most);
    if (isUniform(network, packing) && unpacksCheaply(network, packing)) return packing;
  }
  return network.nodes.map(() => 1);
}

function assign({ nodes }: Network, block: number, most: number): number[] {
  const stem = nodes.find(({ op }) => op.kind === 'conv')!;
  const last = nodes.findLast(({ op }) => op.kind === 'conv')!;
  const packing: number[] = [];
  for (const { op, inputs, stage, shape } of nodes) {
    // A convolution alone can unpack: it writes channels to other blocks than those it reads.
    const isLast = op.kind === 'conv' && stage === last.stage;
    let images = isLast ? 1 : Math.min(most, ...inputs.map((id) => packing[id]!));
    const { channels } = shape;
    // The image lies as the stem's output does; its own channels must not make a block, which is how a plain tensor is known.
    const isFull = (): boolean =>
      op.kind === 'input'
        ? stem.shape.channels * images > block || channels * images >= block
        : channels * images > block;
    while (images > 1 && isFull()) images /= 2;
    packing.push(images);
  }
  return packing;
}

/** Whether every other operation reads what it writes: a sum of two branches that were packed differently is not possible. */
function isUniform({ nodes }: Network, packing: readonly number[]): boolean {
  return nodes.every(({ id, op, inputs }) => {
    if ((op.kind === 'dropout' || op.kind === 'dense') && packing[id] !== 1) return false;
    return op.kind === 'conv' || inputs.every((input) => packing[input] === packing[id]);
  });
}

/**
 * Where images are unpacked, what a convolution wrote is copied, and its gradient again: little where the image becomes smaller there, more
 * than is saved where a bottleneck widens at full size. A bias would have to be unpacked as well.
 */
function unpacksCheaply({ nodes }: Network, packing: readonly number[]): boolean {
  const largest = Math.max(...nodes.map(({ op, shape }) => (op.kind === 'conv' ? shape.spatial[0]! : 0)));
  return nodes.every(
    ({ id, op, inputs, shape }) =>
      op.kind !== 'conv' || packing[inputs[0]!] === packing[id] || (!op.bias && shape.spatial[0]! < largest),
  );
}
