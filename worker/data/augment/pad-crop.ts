import type { Canvas } from './canvas.ts';

/** Pixels of black (0, before normalisation) that `crop: pad` adds on each side: an eighth of the side. */
export function padOf(side: number): number {
  return Math.round(side / 8);
}

/** Shows the image from (dx, dy) on, with black where it ends: a crop of the padded image. */
export function shiftInto({ channels, side, pixels }: Canvas, image: Uint8Array, dx: number, dy: number): void {
  pixels.fill(0);
  const from = Math.max(0, -dx);
  const to = Math.min(side, side - dx);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = Math.max(0, -dy); y < Math.min(side, side - dy); y++) {
      const source = (channel * side + y + dy) * side + dx;
      pixels.set(image.subarray(source + from, source + to), (channel * side + y) * side + from);
    }
  }
}
