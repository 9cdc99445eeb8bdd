import { describe, expect, it } from 'vitest';
import { random } from '../../../contract/index.ts';
import { drawCrop } from '../../../worker/data/augment/crop.ts';
import type { Box } from '../../../worker/data/resize.ts';

const DRAWS = 20_000;
const crops = (width: number, height: number, count = DRAWS): Box[] => {
  const source = random(21);
  return Array.from({ length: count }, () => drawCrop(width, height, source));
};
/** Largest distance between the distribution of the values and uniform on 0-1 (Kolmogorov-Smirnov). */
function distanceFromUniform(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((value, i) => Math.abs(value - (i + 0.5) / sorted.length)));
}
/** Exceeded by one of 10^6 honest samples of this size: sqrt(ln(2 / 10^-6) / 2n). */
const bound = (count: number): number => Math.sqrt(Math.log(2e6) / (2 * count));

describe('a random resized crop', () => {
  it('has an area uniform in 0.08-1 where every aspect fits, and a log-uniform aspect', () => {
    // On a large square, boxes below 3/4 of the area always fit, so none of those is drawn again.
    const boxes = crops(2_000, 2_000);
    const small = boxes.filter(({ width, height }) => (width * height) / 4e6 < 0.74);
    const areas = small.map(({ width, height }) => ((width * height) / 4e6 - 0.08) / 0.66);
    const aspects = small.map(({ width, height }) => (Math.log(width / height) / Math.log(4 / 3) + 1) / 2);
    // Rounding to pixels moves a value by far less than the bound.
    expect(distanceFromUniform(areas)).toBeLessThan(bound(areas.length) + 0.001);
    expect(distanceFromUniform(aspects)).toBeLessThan(bound(aspects.length) + 0.002);
  });

  it('lies anywhere in the image alike', () => {
    const boxes = crops(500, 400);
    // Uniform on the whole positions 0..room: the middle of its own cell.
    const place = (from: number, room: number): number => (from + 0.5) / (room + 1);
    const across = boxes.filter(({ width }) => width < 400).map(({ left, width }) => place(left, 500 - width));
    const down = boxes.filter(({ height }) => height < 300).map(({ top, height }) => place(top, 400 - height));
    expect(distanceFromUniform(across)).toBeLessThan(bound(across.length) + 0.01);
    expect(distanceFromUniform(down)).toBeLessThan(bound(down.length) + 0.01);
  });

  it('reaches every edge', () => {
    const boxes = crops(6, 5, 2_000).filter(({ width, height }) => width < 6 && height < 5);
    expect(Math.min(...boxes.map(({ left }) => left))).toBe(0);
    expect(Math.min(...boxes.map(({ top }) => top))).toBe(0);
    expect(Math.max(...boxes.map(({ left, width }) => left + width))).toBe(6);
    expect(Math.max(...boxes.map(({ top, height }) => top + height))).toBe(5);
  });

  it.each([
    [28, 28],
    [1, 1],
    [500, 3],
    [2, 700],
    [333, 500],
  ])('stays within an image of %i x %i', (width, height) => {
    for (const box of crops(width, height, 2_000)) {
      expect(box.width).toBeGreaterThanOrEqual(1);
      expect(box.height).toBeGreaterThanOrEqual(1);
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.top).toBeGreaterThanOrEqual(0);
      expect(box.left + box.width).toBeLessThanOrEqual(width);
      expect(box.top + box.height).toBeLessThanOrEqual(height);
    }
  });

  it('falls back on the central box of the nearest allowed aspect where none fits', () => {
    const never = { next: () => 1 - 2 ** -32, below: () => 0, normal: () => 0 };
    expect(drawCrop(600, 90, never)).toEqual({ left: 240, top: 0, width: 120, height: 90 });
    expect(drawCrop(90, 600, never)).toEqual({ left: 0, top: 240, width: 90, height: 120 });
  });
});
