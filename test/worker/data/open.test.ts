import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DataSpec } from '../../../contract/index.ts';
import { classCounts, closeDatasets, type Dataset } from '../../../worker/data/index.ts';
import { openDescribed } from '../../../worker/data/open.ts';
import { describeFiles, madeUpFiles, sourceOf } from './made-up-files.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporary = temporaryFolders();
afterEach(closeDatasets);

const files = madeUpFiles(90, 30);
const spec: DataSpec = { name: 'made-up', identity: 'made-up/1', trainImages: 50, minivalImages: 20 };
const at = (resolution: number, channels = 1) => ({ resolution, channels });

/** Opens as a new process would, and tells what it logged and how often the source was asked. */
function opener() {
  const cacheDir = temporary();
  const source = sourceOf('source', files);
  const descriptor = describeFiles(files, [source]);
  const log: string[] = [];
  const open = (data: DataSpec = spec, shape = at(6)): Promise<Dataset> =>
    openDescribed(descriptor, data, shape, {
      cacheDir,
      secondDir: path.join(cacheDir, 'second'),
      log: (line) => log.push(line),
    });
  const prepared = path.join(cacheDir, 'made-up', 'prepared');
  return { open, source, log, cacheDir, prepared };
}
const content = ({ name, identity, classes, mean, std, train, minival, test }: Dataset) => ({
  name,
  identity,
  classes,
  mean,
  std,
  sets: [train, minival, test].map(({ count, side, channels, pixels, labels }) => ({
    count,
    side,
    channels,
    pixels,
    labels,
  })),
  originals: Array.from({ length: train.count }, (_, i) => train.original(i)),
});

describe('opening a dataset', () => {
  it('gives the sizes asked for at the resolution asked for, with the labels of the images', async () => {
    const { open } = opener();
    const { train, minival, test } = await open(spec, at(9));
    expect([train.count, minival.count, test.count]).toEqual([50, 20, 30]);
    for (const set of [train, minival, test]) {
      expect([set.side, set.channels, set.pixels!.length]).toEqual([9, 1, set.count * 81]);
      // Made-up images are about as bright as their label: a wrong pairing shows.
      for (let i = 0; i < set.count; i++) {
        const mean = set.image(i).reduce((sum, byte) => sum + byte, 0) / 81;
        expect(Math.abs(mean - 60 * set.labels[i]! - 50)).toBeLessThan(30);
      }
    }
    expect(classCounts(test, 3)).toEqual([10, 10, 10]);
  });

  it('measures the mean and deviation of the training images, at that resolution', async () => {
    const { open } = opener();
    const { train, mean, std } = await open(spec, at(4));
    const values = [...train.pixels!].map((byte) => byte / 255);
    const centre = values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean[0]).toBeCloseTo(centre, 12);
    expect(std[0]).toBeCloseTo(Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / values.length), 12);
  });

  it('keeps the training images in their published size, to crop from', async () => {
    const { open } = opener();
    const [small, same] = [await open(spec, at(4)), await open(spec, at(6))];
    expect(small.train.original(3)).toMatchObject({ width: 6, height: 6 });
    expect(small.train.original(3).pixels).toEqual(same.train.image(3));
  });

  it('copies grey images to each channel of a network for colours', async () => {
    const { open } = opener();
    const { train, mean } = await open(spec, at(6, 3));
    const image = train.image(0);
    expect(image.subarray(36, 72)).toEqual(image.subarray(0, 36));
    expect(image.subarray(72)).toEqual(image.subarray(0, 36));
    expect(mean).toEqual([mean[0], mean[0], mean[0]]);
  });

  it('does the work once: for the process in memory, for the others on the disk', async () => {
    const { open, source, prepared, log } = opener();
    const [first, second] = await Promise.all([open(spec, at(5)), open(spec, at(5))]);
    expect(second).toBe(first);
    closeDatasets();
    expect(content(await open(spec, at(5)))).toEqual(content(first));
    expect(source.asked).toBe(1);
    expect(readdirSync(prepared)).toHaveLength(1);
    expect(log.filter((line) => line.includes('50 (15-18 each)') || line.includes('minival 20'))).toHaveLength(2);
  });

  it('keeps apart what differs in size, resolution or channels', async () => {
    const { open, prepared } = opener();
    await open();
    await open({ ...spec, trainImages: 49 });
    await open({ ...spec, minivalImages: 19 });
    await open(spec, at(7));
    await open(spec, at(6, 3));
    expect(readdirSync(prepared)).toHaveLength(5);
  });

  it.each([
    ['torn', (file: string) => truncateSync(file, 1_000)],
    ['flipped in one bit', (file: string) => flip(file, 900)],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['another file', (file: string) => writeFileSync(file, 'not images'.repeat(100))],
  ])('passes over a prepared file that is %s, names it and makes it again', async (_, harm) => {
    const { open, prepared, log } = opener();
    const before = content(await open(spec, at(5)));
    const file = path.join(prepared, readdirSync(prepared)[0]!);
    const whole = readFileSync(file);
    harm(file);
    closeDatasets();
    expect(content(await open(spec, at(5)))).toEqual(before);
    expect(log.some((line) => line.startsWith(`ignored ${file}: Expected`))).toBe(true);
    expect(readFileSync(file).equals(whole)).toBe(true);
  });

  it('passes over a prepared file of another key', async () => {
    const { open, prepared, log } = opener();
    await open(spec, at(5));
    const [five = ''] = readdirSync(prepared);
    const bytes = readFileSync(path.join(prepared, five));
    const dataset = await open(spec, at(6));
    const six = readdirSync(prepared).find((name) => name !== five)!;
    writeFileSync(path.join(prepared, six), bytes);
    closeDatasets();
    expect(content(await open(spec, at(6)))).toEqual(content(dataset));
    expect(log.some((line) => line.includes(`got those of ${five.replace('.bin', '')}`))).toBe(true);
  });

  it('trains on when the prepared images cannot be kept', async () => {
    const { open, cacheDir, log } = opener();
    await open();
    closeDatasets();
    // A file where the folder should be: stops root too, whom permissions do not.
    const blocked = path.join(cacheDir, 'made-up', 'prepared');
    rmSync(blocked, { recursive: true });
    writeFileSync(blocked, '');
    expect((await open(spec, at(8))).train.count).toBe(50);
    // Kept in the second place.
    const kept = path.join(cacheDir, 'second', 'made-up', 'prepared');
    expect(readdirSync(kept)).toHaveLength(1);
    closeDatasets();
    rmSync(kept, { recursive: true });
    writeFileSync(kept, '');
    expect((await open(spec, at(8))).train.count).toBe(50);
    expect(log.some((line) => line.startsWith('not kept for other trials: '))).toBe(true);
  });

  it('tries again after a failure', async () => {
    const cacheDir = temporary();
    const offline = describeFiles(files, [sourceOf('mirror', new Error('no route'))]);
    await expect(openDescribed(offline, spec, at(6), { cacheDir })).rejects.toMatchObject({
      code: 'DATASET_UNAVAILABLE',
    });
    const online = describeFiles(files, [sourceOf('mirror', files)]);
    expect((await openDescribed(online, spec, at(6), { cacheDir })).train.count).toBe(50);
  });

  it.each([
    [
      'another content',
      { ...spec, identity: 'made-up/2' },
      at(6),
      'DATASET_UNAVAILABLE',
      /content made-up\/2, got made-up\/1/,
    ],
    ['more images than there are', { ...spec, trainImages: 80 }, at(6), 'USAGE', /at most 90 images .*got 80 \+ 20/],
    ['another number of classes', spec, { ...at(6), classes: 10 }, 'USAGE', /model.classes to be 3, .*got 10/],
  ])('refuses %s', async (_, data, shape, code, message) => {
    await expect(opener().open(data, shape)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });
});

function flip(file: string, position: number): void {
  const bytes = readFileSync(file);
  bytes[position]! ^= 1;
  writeFileSync(file, bytes);
}
