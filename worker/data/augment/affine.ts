/**
 * RandAugment's geometric operations, as Pillow's `Image.transform(AFFINE)` with the nearest pixel: each output pixel's centre
 * is mapped into the image, and what falls outside is grey.
 */
import type { Canvas } from './canvas.ts';

/** What is shown where the image ends (`replace_value` of the paper's code). */
const FILL = 128;

/** From output to input: x' = a x + b y + c, y' = d x + e y + f. */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

function transform({ channels, side, pixels, scratch }: Canvas, [a, b, c, d, e, f]: Affine): void {
  scratch.set(pixels);
  const plane = side * side;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const column = Math.floor(a * (x + 0.5) + b * (y + 0.5) + c);
      const row = Math.floor(d * (x + 0.5) + e * (y + 0.5) + f);
      const inside = column >= 0 && column < side && row >= 0 && row < side;
      const target = y * side + x;
      const source = row * side + column;
      for (let i = 0; i < channels * plane; i += plane) pixels[target + i] = inside ? scratch[source + i]! : FILL;
    }
  }
}

/** Counter-clockwise about the centre. */
export function rotate(canvas: Canvas, degrees: number): void {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const centre = canvas.side / 2;
  transform(canvas, [cos, -sin, centre - cos * centre + sin * centre, sin, cos, centre - sin * centre - cos * centre]);
}

/** Rows are shifted left by `level` pixels for each pixel down. */
export function shearX(canvas: Canvas, level: number): void {
  transform(canvas, [1, level, 0, 0, 1, 0]);
}

/** Columns are shifted up by `level` pixels for each pixel to the right. */
export function shearY(canvas: Canvas, level: number): void {
  transform(canvas, [1, 0, 0, level, 1, 0]);
}

/** To the left, for a positive number. */
export function translateX(canvas: Canvas, pixels: number): void {
  transform(canvas, [1, 0, pixels, 0, 1, 0]);
}

/** Upwards, for a positive number. */
export function translateY(canvas: Canvas, pixels: number): void {
  transform(canvas, [1, 0, 0, 0, 1, pixels]);
}
