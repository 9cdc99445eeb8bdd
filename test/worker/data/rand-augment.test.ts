/** Each operation against its definition: pixel by pixel, in exact fractions or by formula, without tables or passes. */
import { describe, expect, it } from 'vitest';
import { random, type Random } from '../../../contract/index.ts';
import { rotate, shearX, shearY, translateX, translateY } from '../../../worker/data/augment/affine.ts';
import { makeCanvas, type Canvas } from '../../../worker/data/augment/canvas.ts';
import { operations, randAugment } from '../../../worker/data/augment/rand-augment.ts';
import { sharpness } from '../../../worker/data/augment/sharpness.ts';
import {
  autoContrast,
  blend,
  brightness,
  color,
  contrast,
  equalize,
  posterize,
  solarize,
} from '../../../worker/data/augment/tone.ts';

const SIDE = 13;

/** Noise on a slope, within a part of 0-255 so that stretching has something to do. */
function canvasOf(seed: number, channels = 3, side = SIDE, range: readonly [number, number] = [20, 220]): Canvas {
  const [low, high] = range;
  const canvas = makeCanvas(channels, side);
  const noise = random(seed);
  for (let i = 0; i < canvas.pixels.length; i++) {
    canvas.pixels[i] = Math.round(low + (high - low) * (0.5 * noise.next() + 0.5 * ((i % side) / side)));
  }
  return canvas;
}
const after = (canvas: Canvas, operation: (canvas: Canvas) => void): number[] => {
  const { channels, side, pixels } = canvas;
  const copy = makeCanvas(channels, side);
  copy.pixels.set(pixels);
  operation(copy);
  return [...copy.pixels];
};
const channelsOf = ({ channels, side, pixels }: Canvas): number[][] =>
  Array.from({ length: channels }, (_, c) => [...pixels.subarray(c * side * side, (c + 1) * side * side)]);

/** The integer that a/b + factor * (c/d - a/b) is cut to, in exact integers: factor is k/1024, so floats hold it exactly. */
const exactBlend = (degenerate: number, original: number, k: number): number =>
  Math.min(255, Math.max(0, Number((BigInt(degenerate) * 1024n + BigInt(k) * BigInt(original - degenerate)) / 1024n)));
const FACTORS = [0, 103, 512, 1024, 1536, 1946, 3000];

describe('blending', () => {
  it('is exact for every pair of bytes', () => {
    for (const k of FACTORS) {
      for (let a = 0; a < 256; a += 5) {
        for (let b = 0; b < 256; b += 3) expect(blend(a, b, k / 1024)).toBe(exactBlend(a, b, k));
      }
    }
  });

  it('follows 32-bit floats where a factor has no exact form', () => {
    // 60 + 1.9 * (80 - 60) is 98; in doubles and in floats it is just so.
    expect(blend(60, 80, 1.9)).toBe(98);
    expect(blend(0, 10, 0.1)).toBe(1);
    expect(blend(200, 100, 1.9)).toBe(10);
  });
});

describe.each([1, 3])('with %i channels', (channels) => {
  const seeds = [1, 2, 3];

  it('autoContrast stretches each channel to 0-255', () => {
    for (const seed of seeds) {
      const canvas = canvasOf(seed, channels);
      const wanted = channelsOf(canvas).flatMap((values) => {
        const [low, high] = [Math.min(...values), Math.max(...values)];
        return values.map((value) => ((value - low) * 255) / (high - low));
      });
      const got = after(canvas, autoContrast);
      // Cut off, not rounded; a double may fall just below a whole number.
      got.forEach((byte, i) => expect(Math.abs(byte + 0.5 - wanted[i]!)).toBeLessThanOrEqual(0.5 + 1e-9));
      expect([Math.min(...got), Math.max(...got)]).toEqual([0, 255]);
    }
  });

  it('equalize sends each value to the number of pixels below it, in steps', () => {
    for (const seed of seeds) {
      const canvas = canvasOf(seed, channels, 40);
      const wanted = channelsOf(canvas).flatMap((values) => {
        const brightest = Math.max(...values);
        const step = Math.floor(values.filter((value) => value !== brightest).length / 255);
        expect(step).toBeGreaterThan(0);
        return values.map((value) => {
          const below = values.filter((other) => other < value).length;
          return Math.min(255, Math.floor((below + Math.floor(step / 2)) / step));
        });
      });
      expect(after(canvas, equalize)).toEqual(wanted);
    }
  });

  it('solarize inverts from the threshold on', () => {
    const canvas = canvasOf(4, channels);
    for (const threshold of [0, 100, 256, 384]) {
      expect(after(canvas, (c) => solarize(c, threshold))).toEqual(
        [...canvas.pixels].map((value) => (value >= threshold ? 255 - value : value)),
      );
    }
  });

  it('posterize keeps the highest bits', () => {
    const canvas = canvasOf(5, channels);
    for (const bits of [0, 1, 4, 7, 8, 12]) {
      const kept = Math.min(bits, 8);
      const wanted = [...canvas.pixels].map((value) =>
        Number.parseInt(value.toString(2).padStart(8, '0').slice(0, kept).padEnd(8, '0'), 2),
      );
      expect(after(canvas, (c) => posterize(c, bits))).toEqual(wanted);
    }
  });

  it('brightness scales towards black', () => {
    const canvas = canvasOf(6, channels);
    for (const k of FACTORS) {
      expect(after(canvas, (c) => brightness(c, k / 1024))).toEqual(
        [...canvas.pixels].map((value) => Math.min(255, Math.floor((value * k) / 1024))),
      );
    }
  });

  /** Colour at factor 0. */
  const greys = (canvas: Canvas): number[] => after(canvas, (c) => color(c, 0)).slice(0, SIDE * SIDE);

  it('color at factor 0 is the rounded grey of the pixel, 0.299 R + 0.587 G + 0.114 B', () => {
    const canvas = canvasOf(7, channels);
    const [red, green, blue] = channelsOf(canvas);
    greys(canvas).forEach((grey, i) => {
      const wanted = channels === 1 ? red![i]! : 0.299 * red![i]! + 0.587 * green![i]! + 0.114 * blue![i]!;
      // Pillow's weights are 16-bit fractions: a tie may fall either way.
      expect(Math.abs(grey - wanted)).toBeLessThan(0.502);
    });
  });

  it('color blends with the grey of the pixel', () => {
    const canvas = canvasOf(7, channels);
    const grey = greys(canvas);
    for (const k of FACTORS) {
      const wanted = channelsOf(canvas).flatMap((values) => values.map((value, i) => exactBlend(grey[i]!, value, k)));
      expect(after(canvas, (c) => color(c, k / 1024))).toEqual(channels === 1 ? [...canvas.pixels] : wanted);
    }
  });

  it('contrast blends with the mean grey of the image', () => {
    const canvas = canvasOf(8, channels);
    const grey = greys(canvas);
    const mean = Math.floor(grey.reduce((a, b) => a + b, 0) / grey.length + 0.5);
    for (const k of FACTORS) {
      expect(after(canvas, (c) => contrast(c, k / 1024))).toEqual(
        [...canvas.pixels].map((value) => exactBlend(mean, value, k)),
      );
    }
  });

  it('sharpness blends with the smoothed image, but for its outermost pixels', () => {
    const canvas = canvasOf(9, channels);
    const kernel = [1, 1, 1, 1, 5, 1, 1, 1, 1];
    for (const k of FACTORS) {
      const wanted = channelsOf(canvas).flatMap((values) =>
        values.map((value, i) => {
          const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
          if (x === 0 || y === 0 || x === SIDE - 1 || y === SIDE - 1) return value;
          const sum = kernel.reduce((s, w, j) => s + w * values[i + (Math.floor(j / 3) - 1) * SIDE + (j % 3) - 1]!, 0);
          return exactBlend(Math.floor((2 * sum + 13) / 26), value, k);
        }),
      );
      expect(after(canvas, (c) => sharpness(c, k / 1024))).toEqual(wanted);
    }
  });

  /** Every output pixel shows the input pixel under the point that `from` gives for its centre; grey outside. */
  const mapped = (canvas: Canvas, from: (x: number, y: number) => [number, number]): number[] =>
    channelsOf(canvas).flatMap((values) =>
      values.map((_, i) => {
        const [x, y] = from((i % SIDE) + 0.5, Math.floor(i / SIDE) + 0.5);
        return x >= 0 && x < SIDE && y >= 0 && y < SIDE ? values[Math.floor(y) * SIDE + Math.floor(x)]! : 128;
      }),
    );

  it('rotate turns about the centre, counter-clockwise', () => {
    const canvas = canvasOf(10, channels);
    for (const degrees of [-30, 7, 12.5, 45, 61]) {
      // As complex numbers, with y upwards: the point that a turn by `degrees` brings here.
      const turn = (-degrees * Math.PI) / 180;
      const wanted = mapped(canvas, (x, y) => {
        const [re, im] = [x - SIDE / 2, SIDE / 2 - y];
        return [
          SIDE / 2 + re * Math.cos(turn) - im * Math.sin(turn),
          SIDE / 2 - (re * Math.sin(turn) + im * Math.cos(turn)),
        ];
      });
      expect(after(canvas, (c) => rotate(c, degrees))).toEqual(wanted);
    }
  });

  it('rotate by a quarter turn is the transposed mirror', () => {
    const canvas = canvasOf(11, channels);
    const wanted = channelsOf(canvas).flatMap((values) =>
      values.map((_, i) => values[(i % SIDE) * SIDE + SIDE - 1 - Math.floor(i / SIDE)]!),
    );
    expect(after(canvas, (c) => rotate(c, 90 + 1e-9))).toEqual(wanted);
  });

  it('shears and translations move along one axis', () => {
    const canvas = canvasOf(12, channels);
    for (const amount of [-0.45, 0.09, 0.3]) {
      expect(after(canvas, (c) => shearX(c, amount))).toEqual(mapped(canvas, (x, y) => [x + amount * y, y]));
      expect(after(canvas, (c) => shearY(c, amount))).toEqual(mapped(canvas, (x, y) => [x, y + amount * x]));
    }
    for (const pixels of [-5.8, 3, 40]) {
      expect(after(canvas, (c) => translateX(c, pixels))).toEqual(mapped(canvas, (x, y) => [x + pixels, y]));
      expect(after(canvas, (c) => translateY(c, pixels))).toEqual(mapped(canvas, (x, y) => [x, y + pixels]));
    }
  });
});

describe('images of one grey', () => {
  it.each(Object.keys(operations))('pass through %s without harm', (name) => {
    const canvas = canvasOf(1, 3, 8, [77, 77]);
    const operation: (canvas: Canvas, level: number, sign: number) => void =
      operations[name as keyof typeof operations];
    const got = after(canvas, (c) => operation(c, 1, 1));
    expect(got).toHaveLength(192);
    if (!/rotate|shear|translate|bright|posterize|solarize/.test(name)) expect(new Set(got)).toEqual(new Set([77]));
  });
});

describe('the magnitude', () => {
  const canvas = canvasOf(13, 3, 28);
  const at = (
    operation: (canvas: Canvas, level: number, sign: number) => void,
    magnitude: number,
    sign = 1,
  ): number[] => after(canvas, (c) => operation(c, magnitude / 10, sign));

  it('of 10 is full strength on the scale of the paper’s code', () => {
    expect(at(operations.rotate, 10)).toEqual(after(canvas, (c) => rotate(c, 30)));
    expect(at(operations.shearX, 10, -1)).toEqual(after(canvas, (c) => shearX(c, -0.3)));
    expect(at(operations.translateY, 10)).toEqual(after(canvas, (c) => translateY(c, 12.5)));
    expect(at(operations.color, 10)).toEqual(after(canvas, (c) => color(c, 1.9)));
    expect(at(operations.posterize, 10)).toEqual(after(canvas, (c) => posterize(c, 4)));
    expect(at(operations.solarize, 9)).toEqual(after(canvas, (c) => solarize(c, 230)));
  });

  it('goes beyond 10, where solarize and posterize have faded out', () => {
    expect(at(operations.shearY, 20)).toEqual(after(canvas, (c) => shearY(c, 0.6)));
    expect(at(operations.solarize, 20)).toEqual([...canvas.pixels]);
    expect(at(operations.posterize, 20)).toEqual([...canvas.pixels]);
  });
});

describe('RandAugment', () => {
  /** Counts what the source is asked for. */
  const counted = (source: Random): Random & { draws: number } => {
    const counting = {
      draws: 0,
      next: () => {
        counting.draws++;
        return source.next();
      },
      below: (bound: number) => {
        counting.draws++;
        return source.below(bound);
      },
      normal: () => source.normal(),
    };
    return counting;
  };

  it('draws each of its 14 operations about equally often', () => {
    const names = Object.keys(operations);
    expect(names).toHaveLength(14);
    const source = random(3);
    const counts = new Map<number, number>();
    for (let i = 0; i < 14_000; i++) {
      const spy: Random = {
        next: () => source.next(),
        below: (bound) => record(source.below(bound), bound),
        normal: () => source.normal(),
      };
      const record = (value: number, bound: number): number => {
        expect(bound).toBe(14);
        counts.set(value, (counts.get(value) ?? 0) + 1);
        // Identity: this test is of the draw.
        return 0;
      };
      randAugment(makeCanvas(1, 4), 1, 10, spy);
    }
    // 1,000 each expected, standard deviation 30.
    for (let i = 0; i < 14; i++) expect(Math.abs(counts.get(i)! - 1_000)).toBeLessThan(150);
  });

  it('gives the same bytes for the same seed, and others for another', () => {
    const canvas = canvasOf(14, 3, 32);
    const run = (seed: number): string => String(after(canvas, (c) => randAugment(c, 2, 15, random(seed))));
    expect(run(5)).toBe(run(5));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => run(seed))).size).toBeGreaterThan(15);
  });

  it('draws twice a layer, whatever it draws', () => {
    for (let seed = 0; seed < 30; seed++) {
      const source = counted(random(seed));
      randAugment(canvasOf(1), 3, 10, source);
      expect(source.draws).toBe(6);
    }
  });
});
