import type { Network, Node } from '../../../../models/index.ts';

/** Divides the images of an evaluation as well. */
const MOST = 8;

/**
 * How many images lie abreast in one block of channels, by node: where channels fill half of a block or less, those of two, four
 * or eight images share it, and nothing is computed on padding. From the image on, as far as channels are few, never more
 * than before, and none in the last stage, whose images are small.
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

/** How many lie abreast while a node is computed: as many as in what it reads. */
export function abreastWithin({ id, inputs }: Node, abreast: readonly number[]): number {
  return abreast[inputs[0] ?? id]!;
}

function assign({ nodes }: Network, block: number, most: number): number[] {
  const stem = nodes.find(({ op }) => op.kind === 'conv')!;
  const last = nodes.findLast(({ op }) => op.kind === 'conv')!;
  const abreast: number[] = [];
  for (const { op, inputs, stage, shape } of nodes) {
    let images = stage === last.stage ? 1 : Math.min(most, ...inputs.map((id) => abreast[id]!));
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
 * than is saved where a bottleneck widens at full size.
 */
function partsLittle({ nodes }: Network, abreast: readonly number[]): boolean {
  return nodes.every(({ id, op, inputs, shape }) => {
    if (op.kind !== 'conv' || abreast[inputs[0]!] === abreast[id]) return true;
    return !op.bias && shape[1] < Math.max(...nodes.map((node) => (node.op.kind === 'conv' ? node.shape[1] : 0)));
  });
}
