import fc from '../../support/property.ts';
import { describe, expect, it } from 'vitest';
import { random } from '../../../contract/index.ts';
import { makeResizer, type Box } from '../../../worker/data/resize.ts';

interface Picture {
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

function picture(
  channels: number,
  width: number,
  height: number,
  value: (x: number, y: number, c: number) => number,
): Picture {
  const pixels = new Uint8Array(channels * width * height);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = value(i % width, Math.floor(i / width) % height, Math.floor(i / (width * height)));
  }
  return { channels, width, height, pixels };
}

function resized(source: Picture, side: number, box?: Box): Uint8Array {
  const out = new Uint8Array(source.channels * side * side);
  makeResizer(side)(source.pixels, source, box ?? { left: 0, top: 0, ...source }, out);
  return out;
}

/** The definition, two-dimensional and in one go: every output pixel is the triangle-weighted mean of the whole box. */
function byDefinition(source: Picture, side: number, box: Box): Float64Array {
  const out = new Float64Array(source.channels * side * side);
  const weight = (input: number, output: number, inputs: number): number => {
    const scale = inputs / side;
    return Math.max(0, 1 - Math.abs(input + 0.5 - (output + 0.5) * scale) / Math.max(1, scale));
  };
  for (let c = 0; c < source.channels; c++) {
    for (let v = 0; v < side; v++) {
      for (let u = 0; u < side; u++) {
        let [sum, total] = [0, 0];
        for (let y = 0; y < box.height; y++) {
          for (let x = 0; x < box.width; x++) {
            const w = weight(x, u, box.width) * weight(y, v, box.height);
            sum += w * source.pixels[(c * source.height + box.top + y) * source.width + box.left + x]!;
            total += w;
          }
        }
        out[(c * side + v) * side + u] = sum / total;
      }
    }
  }
  return out;
}

describe('resizing', () => {
  it('is the triangle-weighted mean of the box, for any box and size', () => {
    fc.assert(
      fc.property(
        fc.record({
          width: fc.integer({ min: 1, max: 14 }),
          height: fc.integer({ min: 1, max: 14 }),
          side: fc.integer({ min: 1, max: 20 }),
          channels: fc.constantFrom(1, 3),
          cut: fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000)),
          seed: fc.nat(),
        }),
        ({ width, height, side, channels, cut, seed }) => {
          const noise = random(seed);
          const source = picture(channels, width, height, () => noise.below(256));
          const left = cut[0] % width;
          const top = cut[1] % height;
          const box = { left, top, width: 1 + (cut[2] % (width - left)), height: 1 + (cut[3] % (height - top)) };
          const wanted = byDefinition(source, side, box);
          resized(source, side, box).forEach((byte, i) =>
            expect(Math.abs(byte - wanted[i]!)).toBeLessThanOrEqual(0.5 + 1e-9),
          );
        },
      ),
    );
  });

  it('leaves an image of the right size as it is', () => {
    const noise = random(1);
    const source = picture(3, 9, 9, () => noise.below(256));
    expect(resized(source, 9)).toEqual(source.pixels);
  });

  it.each([7, 20, 24, 28, 32, 61])('keeps one grey one grey at %i', (side) => {
    expect(
      new Set(
        resized(
          picture(1, 28, 28, () => 255),
          side,
        ),
      ),
    ).toEqual(new Set([255]));
  });

  it('averages out a pattern that is finer than the result: nothing is aliased', () => {
    const stripes = picture(1, 28, 28, (x) => 255 * (x % 2));
    for (const grey of resized(stripes, 7)) expect(Math.abs(grey - 127.5)).toBeLessThan(20);
  });

  it('mirrors with its image', () => {
    const noise = random(5);
    const source = picture(1, 28, 28, () => noise.below(256));
    const mirrored = picture(1, 28, 28, (x, y) => source.pixels[y * 28 + 27 - x]!);
    const [plain, mirror] = [resized(source, 20), resized(mirrored, 20)];
    plain.forEach((byte, i) => expect(Math.abs(mirror[i - (i % 20) + 19 - (i % 20)]! - byte)).toBeLessThanOrEqual(1));
  });
});
