import { random, type Random, type RecipeSpec } from '../../../contract/index.ts';
import type { ImageSet } from '../dataset.ts';
import { makeResizer } from '../resize.ts';
import { makeCanvas, mirror } from './canvas.ts';
import { drawCrop } from './crop.ts';
import { padOf, shiftInto } from './pad-crop.ts';
import { randAugment } from './rand-augment.ts';

/** What of a recipe changes the images. */
export type AugmentationRecipe = Pick<RecipeSpec, 'flip' | 'crop' | 'randAugmentLayers' | 'randAugmentMagnitude'>;

/**
 * Writes one training image, cropped, flipped, distorted and normalised, to `out` at `offset`: [channels, side, side].
 * Draws come from (seed, 'augment', epoch, index) alone.
 */
export type Augmenter = (index: number, seed: number, epoch: number, out: Float32Array, offset: number) => void;

/** One table lookup per pixel: `table` is [channels, 256]. Mirrored left and right if `isMirrored`. */
export function normalise(
  image: Uint8Array,
  { channels, side }: Pick<ImageSet, 'channels' | 'side'>,
  table: Float32Array,
  out: Float32Array,
  offset: number,
  isMirrored = false,
): void {
  const plane = side * side;
  for (let channel = 0; channel < channels; channel++) {
    const floats = channel * 256;
    const [first, end] = [channel * plane, (channel + 1) * plane];
    if (isMirrored) {
      for (let row = first; row < end; row += side)
        for (let x = 0; x < side; x++) out[offset + row + x] = table[floats + image[row + side - 1 - x]!]!;
    } else {
      for (let i = first; i < end; i++) out[offset + i] = table[floats + image[i]!]!;
    }
  }
}

/** The augmentation of a recipe for one set of training images. */
export function makeAugmenter(set: ImageSet, recipe: AugmentationRecipe, table: Float32Array): Augmenter {
  const { channels, side } = set;
  const { flip, crop, randAugmentLayers: layers, randAugmentMagnitude: magnitude } = recipe;
  if (crop === 'none' && layers === 0) {
    return (index, seed, epoch, out, offset) => {
      const isMirrored = flip && random(seed, 'augment', epoch, index).next() < 0.5;
      normalise(set.image(index), set, table, out, offset, isMirrored);
    };
  }
  const canvas = makeCanvas(channels, side);
  const resize = makeResizer(side);
  const pad = padOf(side);

  const cropInto = (index: number, source: Random): void => {
    switch (crop) {
      case 'none':
        canvas.pixels.set(set.image(index));
        return;
      case 'pad': {
        const dx = source.below(2 * pad + 1) - pad;
        shiftInto(canvas, set.image(index), dx, source.below(2 * pad + 1) - pad);
        return;
      }
      case 'resized': {
        const { pixels, width, height } = set.original(index);
        resize(pixels, { channels, width, height }, drawCrop(width, height, source), canvas.pixels);
      }
    }
  };
  return (index, seed, epoch, out, offset) => {
    const source = random(seed, 'augment', epoch, index);
    cropInto(index, source);
    if (flip && source.next() < 0.5) mirror(canvas);
    randAugment(canvas, layers, magnitude, source);
    normalise(canvas.pixels, set, table, out, offset);
  };
}
