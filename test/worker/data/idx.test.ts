import { describe, expect, it } from 'vitest';
import { decodeIdxSplit } from '../../../worker/data/fashion-mnist.ts';
import { decodeIdx } from '../../../worker/data/idx.ts';
import { idx } from './made-up-files.ts';

describe('an IDX file', () => {
  it('gives its dimensions and elements', () => {
    const { dimensions, elements } = decodeIdx(idx([2, 1, 3], Uint8Array.of(1, 2, 3, 4, 5, 6)), 3, 'x');
    expect(dimensions).toEqual([2, 1, 3]);
    expect([...elements]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['is shorter than its header', Uint8Array.of(0, 0, 8), /an IDX header of 16 bytes in train.idx, got a file of 3/],
    ['has the magic number of labels', idx([12], new Uint8Array(12)), /magic number 0x803 in train.idx, got 0x801/],
    ['is a gzip', Uint8Array.from({ length: 40 }, (_, i) => [0x1f, 0x8b, 8, 0][i] ?? 0), /got 0x1f8b0800/],
    ['is truncated', idx([2, 2, 2], new Uint8Array(7)), /2 x 2 x 2 bytes of content in train.idx, got 7/],
    ['has bytes left over', idx([2, 2, 2], new Uint8Array(9)), /got 9/],
    ['claims more than a file can hold', idx([65_535, 65_535, 65_535], new Uint8Array(8)), /got 8/],
  ])('that %s is refused by name', (_, bytes, message) => {
    expect(() => decodeIdx(bytes, 3, 'train.idx')).toThrow(message);
    expect(() => decodeIdx(bytes, 3, 'train.idx')).toThrow(
      expect.objectContaining({ code: 'DATASET_CORRUPT' }) as Error,
    );
  });

  it.each([
    ['fewer labels than images', [2, 2, 2], [1], /Expected 2 labels .*, got 1/],
    ['images that are not square', [1, 2, 3], [1], /Expected square images .*, got 3 x 2/],
  ])('%s are refused', (_, images, labels, message) => {
    const size = (dimensions: number[]): number => dimensions.reduce((a, b) => a * b, 1);
    const files = new Map([
      ['train-images-idx3-ubyte', idx(images, new Uint8Array(size(images)))],
      ['train-labels-idx1-ubyte', idx(labels, new Uint8Array(size(labels)))],
    ]);
    expect(() => decodeIdxSplit(files, 'train')).toThrow(message);
  });
});
