import type { Network } from '../../models/index.ts';

/** Divides the images of an evaluation, 200 or four micro-batches, as well. */
const MOST = 8;

/**
 * How many images lie abreast in one block of channels, by node: where channels fill half of a block or less, those of two, four
 * or eight images share it instead of padding. From the image on, as far as channels are few, never more than before, and none
 * from the first convolution of the last stage on, where images are small.
 *
 * @param batch images of a step: those that are not abreast must still fill blocks, for the filters' gradients.
 */
export function abreastOf(network: Network, block: number, batch: number): readonly number[] {
  for (let most = Math.min(MOST, block); most > 1; most /= 2) {
    if (batch % (most * block) !== 0) continue;
    const abreast = assign(network, block, most);
    if (partsLittle(network, abreast)) return abreast;
  }
  return network.nodes.map(() => 1);
}

function assign({ nodes }: Network, block: number, most: number): number[] {
  const stem = nodes.find(({ op }) => op.kind === 'conv')!;
  const last = nodes.findLast(({ op }) => op.kind === 'conv')!;
  const abreast: number[] = [];
  for (const { op, inputs, stage, shape } of nodes) {
    // Images part in a convolution: it alone can write channels to other blocks than those it reads.
    const isLast = op.kind === 'conv' && stage === last.stage;
    let images = isLast ? 1 : Math.min(most, ...inputs.map((id) => abreast[id]!));
    // The image lies as the stem's output does; its own channels must not make a block, which is how a plain tensor is known.
    const isFull = (): boolean =>
      op.kind === 'input' ? stem.shape[0] * images > block || shape[0] * images >= block : shape[0] * images > block;
    while (images > 1 && isFull()) images /= 2;
    abreast.push(images);
  }
  return abreast;
}

/**
 * Where images part, what a convolution wrote is copied, and its gradient again: little where the image becomes smaller there, more
 * than is saved where a bottleneck widens at full size. A bias would have to part as well.
 */
function partsLittle({ nodes }: Network, abreast: readonly number[]): boolean {
  const largest = Math.max(...nodes.map(({ op, shape }) => (op.kind === 'conv' ? shape[1] : 0)));
  return nodes.every(
    ({ id, op, inputs, shape }) =>
      op.kind !== 'conv' || abreast[inputs[0]!] === abreast[id] || (!op.bias && shape[1] < largest),
  );
}
