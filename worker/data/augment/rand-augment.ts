/**
 * RandAugment (Cubuk et al. 2020): a number of layers, each one of 14 operations drawn at random, all of one magnitude.
 *
 * The magnitude's scale is that of the code which trained ResNet-RS (tensorflow/tpu, efficientnet/autoaugment.py): 10 is
 * full strength and more goes beyond it. As there, the threshold of `solarize` and the bits of `posterize` *rise* with the
 * magnitude, so these two weaken. Where that code departs from Pillow (the mean of `contrast`), Pillow is followed. Its
 * translation of 100 pixels belongs to 224-pixel images, and is kept in proportion for others.
 */
import type { Random } from '../../../contract/index.ts';
import { rotate, shearX, shearY, translateX, translateY } from './affine.ts';
import type { Canvas } from './canvas.ts';
import { sharpness } from './sharpness.ts';
import { autoContrast, brightness, color, contrast, equalize, posterize, solarize } from './tone.ts';

const FULL = 10;

/** `level` is the magnitude over 10; `sign` is 1 or -1, drawn for the operations that have two directions. */
type Operation = (canvas: Canvas, level: number, sign: number) => void;

/** 0.1 at magnitude 0 to 1.9 at magnitude 10; 1 leaves the image as it is. */
const enhancement = (level: number): number => 1.8 * level + 0.1;
const translation = (level: number, { side }: Canvas): number => ((level * 100) / 224) * side;

export const operations = {
  identity: () => undefined,
  autoContrast: (canvas) => autoContrast(canvas),
  equalize: (canvas) => equalize(canvas),
  rotate: (canvas, level, sign) => rotate(canvas, sign * level * 30),
  solarize: (canvas, level) => solarize(canvas, Math.trunc(level * 256)),
  color: (canvas, level) => color(canvas, enhancement(level)),
  posterize: (canvas, level) => posterize(canvas, Math.trunc(level * 4)),
  contrast: (canvas, level) => contrast(canvas, enhancement(level)),
  brightness: (canvas, level) => brightness(canvas, enhancement(level)),
  sharpness: (canvas, level) => sharpness(canvas, enhancement(level)),
  shearX: (canvas, level, sign) => shearX(canvas, sign * level * 0.3),
  shearY: (canvas, level, sign) => shearY(canvas, sign * level * 0.3),
  translateX: (canvas, level, sign) => translateX(canvas, sign * translation(level, canvas)),
  translateY: (canvas, level, sign) => translateY(canvas, sign * translation(level, canvas)),
} as const satisfies Readonly<Record<string, Operation>>;

const drawn: readonly Operation[] = Object.values(operations);

/** Distorts the canvas in place. Each layer makes two draws, for every operation. */
export function randAugment(canvas: Canvas, layers: number, magnitude: number, source: Random): void {
  for (let layer = 0; layer < layers; layer++) {
    const operation = drawn[source.below(drawn.length)]!;
    const sign = source.next() < 0.5 ? 1 : -1;
    operation(canvas, magnitude / FULL, sign);
  }
}
