import fc from '../../support/property.ts';
import { describe, expect, it } from 'vitest';
import { permutation, random } from '../../../contract/index.ts';
import type { RawImages } from '../../../worker/data/raw.ts';
import { splitByContent } from '../../../worker/data/split.ts';

const SIZE = 4;

/** Images of 2 x 2 pixels; the contents may repeat. */
function imagesOf(contents: readonly number[]): RawImages {
  const pixels = new Uint8Array(contents.length * SIZE);
  contents.forEach((content, i) => new DataView(pixels.buffer).setUint32(i * SIZE, content));
  return {
    count: contents.length,
    channels: 1,
    side: 2,
    pixels,
    labels: Uint16Array.from(contents, (content) => content % 5),
  };
}
const distinct = (count: number): number[] => Array.from({ length: count }, (_, i) => i * 7919 + 1);
const contentsAt = (contents: readonly number[], indices: Uint32Array): number[] =>
  [...indices].map((index) => contents[index]!);

describe('the split by content', () => {
  it('gives disjoint sets of exactly the asked sizes', () => {
    const { train, minival } = splitByContent(imagesOf(distinct(500)), { trainImages: 300, minivalImages: 100 });
    expect([train.length, minival.length]).toEqual([300, 100]);
    expect(new Set([...train, ...minival]).size).toBe(400);
  });

  it('does not depend on the order of the images, down to the order that it gives', () => {
    const contents = distinct(300);
    const sizes = { trainImages: 120, minivalImages: 60 };
    const split = splitByContent(imagesOf(contents), sizes);
    const shuffled = [...permutation(300, random(3))].map((i) => contents[i]!);
    const again = splitByContent(imagesOf(shuffled), sizes);
    expect(contentsAt(shuffled, again.train)).toEqual(contentsAt(contents, split.train));
    expect(contentsAt(shuffled, again.minival)).toEqual(contentsAt(contents, split.minival));
  });

  it('holds the same images out, however many are trained on; a smaller subset is part of a larger one', () => {
    const images = imagesOf(distinct(400));
    const small = splitByContent(images, { trainImages: 50, minivalImages: 80 });
    const large = splitByContent(images, { trainImages: 320, minivalImages: 80 });
    expect([...large.minival]).toEqual([...small.minival]);
    expect([...large.train.subarray(0, 50)]).toEqual([...small.train]);
  });

  it('keeps most of its choice when images are added', () => {
    const contents = distinct(1000);
    const before = splitByContent(imagesOf(contents), { trainImages: 100, minivalImages: 100 });
    const more = [...contents, ...distinct(1100).slice(1000)];
    const after = splitByContent(imagesOf(more), { trainImages: 100, minivalImages: 100 });
    const kept = contentsAt(more, after.minival).filter((content) =>
      contentsAt(contents, before.minival).includes(content),
    );
    expect(kept.length).toBeGreaterThan(80);
  });

  it('never puts copies of one image on both sides', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 20, maxLength: 80 }),
        fc.integer({ min: 1, max: 10 }),
        (copies, minivalImages) => {
          // Enough single images that the sizes can be met without parting copies.
          const contents = [...copies, ...distinct(12).map((content) => content + 1_000)];
          const { train, minival } = splitByContent(imagesOf(contents), {
            trainImages: contents.length - minivalImages,
            minivalImages,
          });
          const held = new Set(contentsAt(contents, minival));
          expect(contentsAt(contents, train).filter((content) => held.has(content))).toEqual([]);
          expect(minival.length).toBe(minivalImages);
        },
      ),
    );
  });

  it('draws classes as a fair draw would', () => {
    // 2,000 images of each of five classes; a sample of 1,000 holds 200 of each, with a standard deviation of 12.
    const contents = Array.from({ length: 10_000 }, (_, i) => i);
    const { minival } = splitByContent(imagesOf(contents), { trainImages: 10, minivalImages: 1_000 });
    const counts = [0, 0, 0, 0, 0];
    for (const content of contentsAt(contents, minival)) counts[content % 5]! += 1;
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(60);
  });

  it('refuses more images than there are', () => {
    expect(() => splitByContent(imagesOf(distinct(10)), { trainImages: 8, minivalImages: 3 })).toThrow(
      'Expected at most 10 images to train on and to hold out, got 8 + 3',
    );
  });

  it('refuses to part copies when nothing else is left', () => {
    expect(() => splitByContent(imagesOf([1, 1, 2, 2]), { trainImages: 1, minivalImages: 3 })).toThrow(
      /without separating copies/,
    );
  });
});
