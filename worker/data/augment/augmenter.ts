import { random, type Random, type RecipeSpec } from '../../../contract/index.ts';
import type { ImageSet } from '../dataset.ts';

type Recipe = Pick<RecipeSpec, 'flip' | 'crop' | 'randAugmentLayers' | 'randAugmentMagnitude'>;

/**
 * Writes one training image, cropped, flipped, distorted and normalised, to `out` at `offset`: [channels, side, side].
 * Draws come from (seed, 'augment', epoch, index) alone.
 */
export type Augmenter = (index: number, seed: number, epoch: number, out: Float32Array, offset: number) => void;

/** Pixels of black that `crop: pad` adds on each side: an eighth of the side. */
export function padOf(side: number): number {
  return Math.round(side / 8);
}

/** Shifts by (dx, dy), with black where the image ends, mirrors if asked, and normalises by the table: one pass. */
function makePadCrop(set: ImageSet, table: Float32Array) {
  const { channels, side } = set;
  const plane = side * side;
  return (image: Uint8Array, dx: number, dy: number, mirrored: boolean, out: Float32Array, offset: number): void => {
    // Columns [from, to) of the output show the image, before mirroring.
    const from = Math.max(0, -dx);
    const to = Math.min(side, side - dx);
    for (let channel = 0; channel < channels; channel++) {
      const floats = channel * 256;
      const black = table[floats]!;
      for (let y = 0; y < side; y++) {
        const target = offset + channel * plane + y * side;
        const row = y + dy;
        if (row < 0 || row >= side) {
          out.fill(black, target, target + side);
          continue;
        }
        const source = channel * plane + row * side + dx;
        const step = mirrored ? -1 : 1;
        let at = mirrored ? target + side - 1 : target;
        for (let x = 0; x < from; x++, at += step) out[at] = black;
        for (let x = from; x < to; x++, at += step) out[at] = table[floats + image[source + x]!]!;
        for (let x = to; x < side; x++, at += step) out[at] = black;
      }
    }
  };
}

/** The augmentation of a recipe for one set of training images; `table` normalises bytes, [channels, 256]. */
export function makeAugmenter(set: ImageSet, recipe: Recipe, table: Float32Array): Augmenter {
  const padCrop = makePadCrop(set, table);
  const pad = recipe.crop === 'pad' ? padOf(set.side) : 0;
  const shift = (source: Random): number => (pad === 0 ? 0 : source.below(2 * pad + 1) - pad);
  return (index, seed, epoch, out, offset) => {
    const source = random(seed, 'augment', epoch, index);
    const dx = shift(source);
    const dy = shift(source);
    const mirrored = recipe.flip && source.next() < 0.5;
    padCrop(set.image(index), dx, dy, mirrored, out, offset);
  };
}
