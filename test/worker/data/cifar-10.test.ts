import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cifar10, decodeArchive, decodeRecords } from '../../../worker/data/cifar-10.ts';
import { closeDatasets, openDataset } from '../../../worker/data/index.ts';
import { openDescribed } from '../../../worker/data/open.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporary = temporaryFolders();

/** Made-up records: the label, then planes of `label`, `label + 10` and `label + 20`, the first pixel naming the file. */
function records(labels: readonly number[], file: number): Buffer {
  return Buffer.concat(
    labels.map((label) => {
      const record = Buffer.alloc(3073);
      record[0] = label;
      for (let channel = 0; channel < 3; channel++)
        record.fill(label + 10 * channel, 1 + channel * 1024, 1025 + channel * 1024);
      record[1] = 100 + file;
      return record;
    }),
  );
}

const parts = (): Map<string, Buffer> =>
  new Map([
    ...[1, 2, 3, 4, 5].map((part) => [`data_batch_${part}.bin`, records([part, 9 - part], part)] as const),
    ['test_batch.bin', records([3, 4, 5], 6)],
    ['batches.meta.txt', Buffer.from('airplane\nautomobile\n')],
    ['readme.html', Buffer.alloc(0)],
  ]);

/** Packed by the system's tar: another hand than the reader's. */
function archive(files: ReadonlyMap<string, Buffer>): Uint8Array {
  const folder = temporary();
  const inside = path.join(folder, 'cifar-10-batches-bin');
  mkdirSync(inside);
  for (const [name, content] of files) writeFileSync(path.join(inside, name), content);
  execFileSync('tar', ['-czf', 'packed.tar.gz', 'cifar-10-batches-bin'], { cwd: folder });
  return readFileSync(path.join(folder, 'packed.tar.gz'));
}

describe('the CIFAR-10 archive', () => {
  it('gives its five training files in order, and the test file', async () => {
    const { train, test } = await decodeArchive(archive(parts()));
    expect([...train.labels]).toEqual([1, 8, 2, 7, 3, 6, 4, 5, 5, 4]);
    expect([...test.labels]).toEqual([3, 4, 5]);
    expect([train.count, train.channels, train.side, train.pixels.length]).toEqual([10, 3, 32, 10 * 3072]);
    const last = train.pixels.subarray(9 * 3072);
    expect([last[0], last[1], last[1024], last[3071]]).toEqual([105, 4, 14, 24]);
  });

  it.each([
    ['truncated', (packed: Uint8Array) => packed.subarray(0, 200), /cifar-10-binary.tar.gz: unexpected end of file/],
    ['no gzip', () => new Uint8Array(100), /cifar-10-binary.tar.gz: incorrect header check/],
    ['empty', () => new Uint8Array(), /Expected cifar-10-batches-bin.* got 0 other files|unexpected end/],
  ])('that is %s is refused', async (_, harm, message) => {
    await expect(decodeArchive(harm(archive(parts())))).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
      message: expect.stringMatching(message) as string,
    });
  });

  it('that lacks a file is refused by its name', async () => {
    const files = parts();
    files.delete('data_batch_4.bin');
    await expect(decodeArchive(archive(files))).rejects.toThrow(
      /data_batch_4\.bin in cifar-10-binary\.tar\.gz, got 7 other/,
    );
  });

  it.each([[3072], [0], [3074]])('refuses a file of %i bytes', (length) => {
    expect(() => decodeRecords([{ name: 'data_batch_1.bin', bytes: new Uint8Array(length) }])).toThrow(
      `Expected records of 3073 bytes in data_batch_1.bin, got ${length} bytes`,
    );
  });

  it('of another content than the published one is refused, and its place named', async () => {
    const cacheDir = temporary();
    mkdirSync(path.join(cacheDir, 'cifar-10'));
    writeFileSync(path.join(cacheDir, 'cifar-10', 'cifar-10-binary.tar.gz'), archive(parts()));
    const data = { name: 'cifar-10', identity: 'cifar-10/1', trainImages: 4, minivalImages: 2 };
    const offline = { ...cifar10, sources: [] };
    await expect(openDescribed(offline, data, { resolution: 32, channels: 3 }, { cacheDir })).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
      message: expect.stringMatching(/cifar-10-binary\.tar\.gz: expected 170052171 bytes/) as string,
    });
    closeDatasets();
  });

  it('is known by name, with its three channels', async () => {
    const data = { name: 'cifar-10', identity: 'cifar-10/0', trainImages: 4, minivalImages: 2 };
    await expect(openDataset(data, { resolution: 32, channels: 3 }, { cacheDir: temporary() })).rejects.toThrow(
      /content cifar-10\/0, got cifar-10\/1/,
    );
  });
});
