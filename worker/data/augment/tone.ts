/**
 * RandAugment's operations on brightness and colour, with the arithmetic of Pillow's ImageOps and ImageEnhance.
 * All but `color` are one table of 256 bytes per channel.
 */
import type { Canvas } from './canvas.ts';

/** Applies `table` to one channel. */
function mapChannel({ side, pixels }: Canvas, channel: number, table: Uint8Array): void {
  const plane = side * side;
  for (let i = channel * plane; i < (channel + 1) * plane; i++) pixels[i] = table[pixels[i]!]!;
}

function mapAll(canvas: Canvas, map: (value: number) => number): void {
  const table = Uint8Array.from({ length: 256 }, (_, value) => map(value));
  for (let channel = 0; channel < canvas.channels; channel++) mapChannel(canvas, channel, table);
}

function histogramOf({ side, pixels }: Canvas, channel: number): Uint32Array {
  const counts = new Uint32Array(256);
  const plane = side * side;
  for (let i = channel * plane; i < (channel + 1) * plane; i++) counts[pixels[i]!]! += 1;
  return counts;
}

const clip = (value: number): number => Math.min(Math.max(Math.trunc(value), 0), 255);

/**
 * `Image.blend`: from the degenerate image (factor 0) to the original (1) and beyond, in 32-bit floats, cut off and clipped.
 */
export function blend(degenerate: number, original: number, factor: number): number {
  return clip(Math.fround(degenerate + Math.fround(Math.fround(factor) * (original - degenerate))));
}

/** `ImageOps.autocontrast`: each channel stretched so that its darkest value becomes 0 and its brightest 255. */
export function autoContrast(canvas: Canvas): void {
  for (let channel = 0; channel < canvas.channels; channel++) {
    const counts = histogramOf(canvas, channel);
    const low = counts.findIndex((count) => count > 0);
    const high = counts.findLastIndex((count) => count > 0);
    if (high <= low) continue;
    const scale = 255 / (high - low);
    const offset = -low * scale;
    mapChannel(
      canvas,
      channel,
      Uint8Array.from({ length: 256 }, (_, value) => clip(value * scale + offset)),
    );
  }
}

/** `ImageOps.equalize`: each channel's values spread so that they are about equally frequent. */
export function equalize(canvas: Canvas): void {
  const size = canvas.side * canvas.side;
  for (let channel = 0; channel < canvas.channels; channel++) {
    const counts = histogramOf(canvas, channel);
    const brightest = counts[counts.findLastIndex((count) => count > 0)]!;
    const step = Math.floor((size - brightest) / 255);
    // Too few pixels, or of one value only: nothing to spread.
    if (step === 0) continue;
    let below = Math.floor(step / 2);
    const table = Uint8Array.from({ length: 256 }, (_, value) => {
      const level = Math.floor(below / step);
      below += counts[value]!;
      return Math.min(level, 255);
    });
    mapChannel(canvas, channel, table);
  }
}

/** `ImageOps.solarize`: values from the threshold on are inverted. */
export function solarize(canvas: Canvas, threshold: number): void {
  mapAll(canvas, (value) => (value < threshold ? value : 255 - value));
}

/** `ImageOps.posterize`: only the highest bits of each value are kept; 8 or more keep all. */
export function posterize(canvas: Canvas, bits: number): void {
  const mask = bits >= 8 ? 0xff : ~(2 ** (8 - bits) - 1) & 0xff;
  mapAll(canvas, (value) => value & mask);
}

/** `ImageEnhance.Brightness`: blended with black. */
export function brightness(canvas: Canvas, factor: number): void {
  mapAll(canvas, (value) => blend(0, value, factor));
}

/** Pillow's grey of a colour (ITU-R 601-2), 16-bit fixed point. */
function luma({ channels, side, pixels }: Canvas, at: number): number {
  const plane = side * side;
  if (channels !== 3) return pixels[at]!;
  return (pixels[at]! * 19_595 + pixels[at + plane]! * 38_470 + pixels[at + 2 * plane]! * 7_471 + 0x8000) >> 16;
}

/** `ImageEnhance.Contrast`: blended with the rounded mean grey of the image. */
export function contrast(canvas: Canvas, factor: number): void {
  const plane = canvas.side * canvas.side;
  let sum = 0;
  for (let at = 0; at < plane; at++) sum += luma(canvas, at);
  const mean = Math.floor(sum / plane + 0.5);
  mapAll(canvas, (value) => blend(mean, value, factor));
}

/** `ImageEnhance.Color`: blended with its own grey. A grey image stays as it is. */
export function color(canvas: Canvas, factor: number): void {
  const { channels, side, pixels } = canvas;
  if (channels !== 3) return;
  const plane = side * side;
  for (let at = 0; at < plane; at++) {
    const grey = luma(canvas, at);
    for (let i = at; i < 3 * plane; i += plane) pixels[i] = blend(grey, pixels[i]!, factor);
  }
}
