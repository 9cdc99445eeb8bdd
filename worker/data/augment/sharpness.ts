import type { Canvas } from './canvas.ts';
import { blend } from './tone.ts';

/**
 * `ImageEnhance.Sharpness`: blended with the image smoothed by the 3 x 3 kernel of ones around a 5, over 13, rounded. Pillow
 * leaves the outermost pixels unsmoothed.
 */
export function sharpness({ channels, side, pixels, scratch }: Canvas, factor: number): void {
  scratch.set(pixels);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 1; y < side - 1; y++) {
      const row = (channel * side + y) * side;
      for (let at = row + 1; at < row + side - 1; at++) {
        let sum = 4 * scratch[at]!;
        for (let line = at - side; line <= at + side; line += side) {
          sum += scratch[line - 1]! + scratch[line]! + scratch[line + 1]!;
        }
        pixels[at] = blend(Math.floor(sum / 13 + 0.5), scratch[at]!, factor);
      }
    }
  }
}
