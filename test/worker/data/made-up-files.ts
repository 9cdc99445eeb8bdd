/** A made-up dataset in the files of Fashion-MNIST's format, small enough for a test. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { random } from '../../../contract/index.ts';
import type { DatasetDescriptor, DatasetSource } from '../../../worker/data/descriptor.ts';
import { decodeIdxSplit } from '../../../worker/data/fashion-mnist.ts';

export function idx(dimensions: readonly number[], elements: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * dimensions.length);
  head.writeUInt32BE(0x0800 | dimensions.length, 0);
  dimensions.forEach((dimension, i) => head.writeUInt32BE(dimension, 4 + 4 * i));
  return Buffer.concat([head, elements]);
}

/** Grey images whose brightness follows their label, with noise: no two alike. */
export function madeUpFiles(trainCount: number, testCount: number, side = 6): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [prefix, count] of [
    ['train', trainCount],
    ['t10k', testCount],
  ] as const) {
    const noise = random(7, prefix);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
    const pixels = Uint8Array.from(
      { length: count * side * side },
      (_, i) => 60 * labels[Math.floor(i / side ** 2)]! + noise.below(100),
    );
    files.set(`${prefix}-images-idx3-ubyte`, idx([count, side, side], pixels));
    files.set(`${prefix}-labels-idx1-ubyte`, idx([count], labels));
  }
  return files;
}

export function describeFiles(
  files: ReadonlyMap<string, Uint8Array>,
  sources: readonly DatasetSource[],
): DatasetDescriptor {
  return {
    name: 'made-up',
    identity: 'made-up/1',
    classes: 3,
    classNames: ['ant', 'bee', 'cat'],
    files: [...files].map(([name, content]) => ({
      name,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
    sources,
    decode: (contents) => ({ train: decodeIdxSplit(contents, 'train'), test: decodeIdxSplit(contents, 't10k') }),
  };
}

/** A source that gives what it is told, and counts how often it was asked. */
export function sourceOf(
  name: string,
  give: ReadonlyMap<string, Uint8Array> | Error,
): DatasetSource & { asked: number } {
  const source = {
    name,
    asked: 0,
    async fetch() {
      source.asked += 1;
      if (give instanceof Error) throw give;
      return give;
    },
  };
  return source;
}

/** Puts the files into a folder, gzipped. */
export function writePacked(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) writeFileSync(path.join(folder, `${name}.gz`), gzipSync(content));
}
