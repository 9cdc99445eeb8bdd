import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataSpec } from '../../../contract/index.ts';
import { fillEvalBatch, fillTrainBatch, openDataset, type Dataset } from '../../../worker/data/index.ts';
import { fetchImageFolder, openImageFolder } from '../../../worker/data/image-folder/open-folder.ts';
import { summarise } from '../../../worker/data/image-folder/problems.ts';
import { centreCrop, storedSideFor, storedSize } from '../../../worker/data/image-folder/stored-size.ts';
import { decodeMadeUp, photograph, threeClasses, writeFolder } from './photographs.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporary = temporaryFolders();

function folderOf(files: Readonly<Record<string, string | Uint8Array>>) {
  const cacheDir = temporary();
  const folder = path.join(cacheDir, 'insects');
  writeFolder(folder, { 'dataset.json': '{"resolution": 7}', ...files });
  const log: string[] = [];
  const options = { cacheDir, log: (line: string) => log.push(line), decode: decodeMadeUp };
  const packed = path.join(folder, 'prepared', 'photographs-8.bin');
  return { cacheDir, folder, log, options, packed, fetch: () => fetchImageFolder('insects', options) };
}
const specOf = (identity: string, trainImages = 9, minivalImages = 3): DataSpec => ({
  name: 'insects',
  identity,
  trainImages,
  minivalImages,
});
const photographs = (resolution: number) => ({ resolution, channels: 3 });
/** Every pixel that a training could see. */
const content = ({ train, minival, test, mean, std }: Dataset) => ({
  mean,
  std,
  images: [train, minival, test].map((set) =>
    Array.from({ length: set.count }, (_, i) => [set.labels[i], ...set.image(i), ...set.original(i).pixels]),
  ),
});

describe('an image folder', () => {
  it('is packed once, and named by its content and the size that it is stored with', async () => {
    const { fetch, log, folder } = folderOf(threeClasses(4, 2));
    const facts = await fetch();
    expect(facts).toMatchObject({ classes: ['ant', 'bee', 'cat'], trainImages: 12, testImages: 6, problems: [] });
    expect(facts.identity).toMatch(/^imagefolder\/[0-9a-f]{16}@8$/);
    expect(await fetch()).toEqual(facts);
    expect(log).toEqual(['packing 18 images of insects with a shorter side of 8 px']);
    expect(readdirSync(path.join(folder, 'prepared'))).toEqual(['photographs-8.bin']);
  });

  it('has the same name wherever and whenever its files were written, and another for other content', async () => {
    const files = threeClasses(4, 2);
    const names = await Promise.all(
      [
        files,
        Object.fromEntries(Object.entries(files).reverse()),
        Object.fromEntries(Object.entries(files).map(([name, file]) => [name.replace('.jpg', '.png'), file])),
        { ...files, 'train/ant/0.jpg': photograph(20, 14, 99) },
        { ...files, 'train/bee/new.jpg': photograph(20, 14, 99) },
      ].map(async (variant) => (await folderOf(variant).fetch()).identity),
    );
    expect(names[1]).toBe(names[0]);
    expect(names[2]).toBe(names[0]);
    expect(new Set(names).size).toBe(3);
  });

  it('opens as a dataset: split, labelled, at the cell’s resolution', async () => {
    const { fetch, options } = folderOf(threeClasses(4, 2));
    const { identity } = await fetch();
    const { dataset, close } = await openImageFolder(specOf(identity), photographs(5), options);
    expect([dataset.train.count, dataset.minival.count, dataset.test.count]).toEqual([9, 3, 6]);
    for (const set of [dataset.train, dataset.minival, dataset.test]) {
      for (let i = 0; i < set.count; i++) {
        const image = set.image(i);
        expect(image).toHaveLength(75);
        // Brightness tells the class.
        const brightness = image.reduce((sum, byte) => sum + byte, 0) / 75;
        expect(Math.abs(brightness - 60 * set.labels[i]! - 40)).toBeLessThan(15);
      }
    }
    const stored = dataset.train.original(0);
    expect([stored.width, stored.height, stored.pixels.length]).toEqual([11, 8, 3 * 88]);
    close();
  });

  it('shows the central 7/8 for evaluation, and stores the shorter side that this takes', () => {
    expect(storedSideFor(224)).toBe(256);
    expect(centreCrop(341, 256)).toEqual({ left: 58, top: 16, width: 224, height: 224 });
    expect(centreCrop(1, 1)).toEqual({ left: 0, top: 0, width: 1, height: 1 });
    expect(storedSize(500, 375, 256)).toEqual({ width: 341, height: 256 });
    expect(storedSize(100, 3000, 256)).toEqual({ width: 100, height: 3000 });
    expect(storedSize(3, 90_000, 1)).toEqual({ width: 1, height: 30_000 });
  });

  it('feeds batches, with random resized crops of the stored photographs', async () => {
    const { fetch, options } = folderOf(threeClasses(4, 2));
    const { identity } = await fetch();
    const { dataset, close } = await openImageFolder(specOf(identity), photographs(5), options);
    const images = new Float32Array(4 * 75);
    const labels = new Int32Array(4);
    const recipe = { flip: true, crop: 'resized', randAugmentLayers: 2, randAugmentMagnitude: 10 } as const;
    const batch = (epoch: number): string => {
      fillTrainBatch({ dataset, recipe, seed: 1, epoch, batch: 0, images, labels });
      return String(images);
    };
    const first = batch(0);
    expect(batch(1)).not.toBe(first);
    close();
    // Closed files are opened again when they are needed.
    expect(batch(0)).toBe(first);
    expect(fillEvalBatch({ dataset, split: 'minival', batch: 0, images, labels })).toBe(3);
    expect(images.every(Number.isFinite)).toBe(true);
    close();
  });

  it('needs no photographs once it is packed', async () => {
    const { fetch, options, folder } = folderOf(threeClasses(4, 2));
    const { identity } = await fetch();
    const before = await openImageFolder(specOf(identity), photographs(7), options);
    const wanted = content(before.dataset);
    before.close();
    for (const split of ['train', 'test']) rmSync(path.join(folder, split), { recursive: true });
    const after = await openImageFolder(specOf(identity), photographs(7), options);
    expect(content(after.dataset)).toEqual(wanted);
    after.close();
  });

  it('is packed by whoever opens it first, as its identity says', async () => {
    const files = threeClasses(4, 2);
    const { identity } = await folderOf(files).fetch();
    const elsewhere = folderOf(files);
    const { dataset, close } = await openImageFolder(specOf(identity), photographs(7), elsewhere.options);
    expect(dataset.train.count).toBe(9);
    expect(existsSync(elsewhere.packed)).toBe(true);
    close();
  });

  it('of a published dataset is named by its owner, who answers for the content', async () => {
    const stated = { 'dataset.json': '{"identity": "ilsvrc2012", "resolution": 7}' };
    const { options } = folderOf({ ...threeClasses(4, 2), ...stated });
    const { dataset, close } = await openImageFolder(specOf('ilsvrc2012'), photographs(7), options);
    expect(dataset).toMatchObject({ identity: 'ilsvrc2012', classes: 3, train: { count: 9 } });
    close();
    const unstated = folderOf(threeClasses(4, 2));
    await expect(openImageFolder(specOf('ilsvrc2012'), photographs(7), unstated.options)).rejects.toThrow(
      /content ilsvrc2012, got imagefolder\/[0-9a-f]{16}@8/,
    );
  });

  it('is packed again when its files changed, and refused to trials of the former content', async () => {
    const { fetch, options, folder } = folderOf(threeClasses(4, 2));
    const { identity } = await fetch();
    writeFileSync(path.join(folder, 'train/ant/more.jpg'), photograph(20, 14, 7));
    const changed = await fetch();
    expect(changed.trainImages).toBe(13);
    expect(changed.identity).not.toBe(identity);
    await expect(openImageFolder(specOf(identity), photographs(7), options)).rejects.toMatchObject({
      code: 'DATASET_UNAVAILABLE',
      message: `Expected insects with the content ${identity}, got ${changed.identity}`,
    });
  });

  it.each([
    ['a channel', specOf('', 9), { resolution: 7, channels: 1 }, /model.channels to be 3 .*got 1/],
    ['a class', specOf('', 9), { resolution: 7, channels: 3, classes: 10 }, /model.classes to be 3, .*got 10/],
    ['a resolution', specOf('', 9), photographs(8), /shorter side of 8 px can show, got 8/],
    [
      'a size',
      specOf('', 10),
      photographs(7),
      /insects has 12 training images \(and 6 of test\), the grid asks for 13: 10 to train on/,
    ],
  ])('refuses %s that it cannot give', async (_, data, shape, message) => {
    const { fetch, options } = folderOf(threeClasses(4, 2));
    const { identity } = await fetch();
    await expect(openImageFolder({ ...data, identity }, shape, options)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('a packed file', () => {
  it.each([
    ['torn', (file: string) => truncateSync(file, 900)],
    ['cut off in its last bytes', (file: string) => truncateSync(file, statSync(file).size - 3)],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['flipped in a bit of its index', (file: string) => flip(file, statSync(file).size - 200)],
  ])('that is %s is named and packed again', async (_, harm) => {
    const { fetch, packed, log } = folderOf(threeClasses(4, 2));
    const facts = await fetch();
    const whole = readFileSync(packed);
    harm(packed);
    expect(await fetch()).toEqual(facts);
    expect(log.some((line) => line.startsWith(`ignored ${packed}: Expected`))).toBe(true);
    expect(readFileSync(packed).equals(whole)).toBe(true);
  });

  it('with a flipped bit in a photograph never gives that photograph', async () => {
    const { fetch, options, packed } = folderOf(threeClasses(4, 2));
    const { identity } = await fetch();
    flip(packed, 40);
    const { dataset, close } = await openImageFolder(specOf(identity), photographs(7), options);
    expect(() => content(dataset)).toThrow(expect.objectContaining({ code: 'DATASET_CORRUPT' }) as Error);
    expect(() => content(dataset)).toThrow(`Expected the image at byte 0 of ${packed} to be whole`);
    close();
  });
});

describe('what is bad in an image folder', () => {
  /** Of every kind that does not take a decoder; the decoder's reasons stand for themselves. */
  const bad = {
    'train/ant/torn.jpg': 'truncated',
    'test/bee/inks.jpg': 'CMYK',
    'train/bee/deep.png': '16-bit',
    'train/dog/alone.jpg': 'truncated',
    'test/eel/1.jpg': photograph(9, 9, 5),
    'train/readme.txt': 'hello',
    'train/cat/.hidden': 'nobody looks here',
  };
  function badFolder(policy?: string) {
    const made = folderOf({
      ...threeClasses(4, 2),
      ...bad,
      ...(policy === undefined ? {} : { 'dataset.json': policy }),
    });
    mkdirSync(path.join(made.folder, 'train/fox'));
    mkdirSync(path.join(made.folder, 'train/cat/nested'));
    symlinkSync('nowhere', path.join(made.folder, 'train/cat/gone.jpg'));
    return made;
  }
  const summary = [
    'class without a usable training image (2): dog, eel',
    'truncated (2): train/ant/torn.jpg, train/dog/alone.jpg',
    '16-bit (1): train/bee/deep.png',
    'CMYK (1): test/bee/inks.jpg',
    'a folder where an image should be (1): train/cat/nested',
    'cannot be read (ENOENT) (1): train/cat/gone.jpg',
    'empty class folder (1): train/fox',
    'not a class folder (1): train/readme.txt',
  ]
    .map((line) => `\n  - ${line}`)
    .join('');

  it('is refused by default, all of it in one summary, and nothing is left behind', async () => {
    const { fetch, folder } = badFolder();
    await expect(fetch()).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
      message: `Expected every image of insects to be usable, got 10 that are not:${summary}`,
      hint: expect.stringContaining('set "badImages": "skip" in ') as string,
    });
    expect(readdirSync(path.join(folder, 'prepared'))).toEqual([]);
  });

  it('is left out by the policy "skip", and named in the same summary', async () => {
    const { fetch, log, options } = badFolder('{"badImages": "skip", "resolution": 7}');
    const facts = await fetch();
    expect(facts).toMatchObject({ classes: ['ant', 'bee', 'cat'], trainImages: 12, testImages: 6 });
    expect(facts.problems).toHaveLength(10);
    expect(log.at(-1)).toBe(`insects: left out 10:${summary}`);
    // What is left is the good folder, to the byte.
    const good = folderOf(threeClasses(4, 2));
    expect(facts.identity).toBe((await good.fetch()).identity);
    const opened = await openImageFolder(specOf(facts.identity), photographs(7), options);
    const wanted = await openImageFolder(specOf(facts.identity), photographs(7), good.options);
    expect(content(opened.dataset)).toEqual(content(wanted.dataset));
    opened.close();
    wanted.close();
  });

  it('is looked at again when the policy changes', async () => {
    const { fetch, folder } = badFolder();
    await expect(fetch()).rejects.toMatchObject({ code: 'DATASET_CORRUPT' });
    writeFileSync(path.join(folder, 'dataset.json'), '{"badImages": "skip", "resolution": 7}');
    expect((await fetch()).trainImages).toBe(12);
  });

  it.each(['{"badImages": "ignore"}', '{"badImage": "skip"}', '{"resolution": 0}', 'skip', '[]'])(
    'a policy of %s is refused',
    async (policy) => {
      await expect(badFolder(policy).fetch()).rejects.toThrow(/dataset\.json:1:\d+: Expected /);
    },
  );

  it('a folder of one class, or of none, is refused whatever the policy', async () => {
    const one = {
      'dataset.json': '{"badImages": "skip", "resolution": 7}',
      'train/ant/1.jpg': photograph(9, 9, 1),
      'test/ant/1.jpg': 'CMYK',
    };
    await expect(folderOf(one).fetch()).rejects.toThrow(/images of two classes or more .*got 1\n.*CMYK/s);
  });

  it('a folder without test images, or a name that is none, is refused with what is expected', async () => {
    await expect(folderOf({ 'train/ant/1.jpg': photograph(9, 9, 1) }).fetch()).rejects.toMatchObject({
      code: 'DATASET_UNAVAILABLE',
      message: expect.stringContaining(`insects${path.sep}test, got ENOENT`) as string,
    });
    const cacheDir = temporary();
    await expect(openDataset(specOf('imagefolder/0@8'), photographs(7), { cacheDir })).rejects.toMatchObject({
      code: 'DATASET_UNAVAILABLE',
      hint: expect.stringContaining(path.join(cacheDir, 'insects/train/CLASS')) as string,
    });
  });

  it('is listed by name up to a bound, the most frequent reason first', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => ({ path: `train/a/${i}.jpg`, reason: 'truncated' }));
    const text = summarise([{ path: 'train/b/x.png', reason: '16-bit' }, ...many]);
    expect(text).toMatch(
      /^\n {2}- truncated \(1000\): train\/a\/0\.jpg, .*train\/a\/199\.jpg, and 800 more\n {2}- 16-bit \(1\): train\/b\/x\.png$/,
    );
  });
});

function flip(file: string, position: number): void {
  const bytes = readFileSync(file);
  bytes[position]! ^= 1;
  writeFileSync(file, bytes);
}
