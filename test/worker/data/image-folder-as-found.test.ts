/** Image folders as people have them: other names of folders, copies, junk, letters in two Unicode forms, no permission. */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openImageFolder } from '../../../worker/data/image-folder/open-folder.ts';
import { unprivileged } from '../../support/unprivileged.ts';
import { insectsIn } from './insects.ts';
import { photograph, threeClasses } from './photographs.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporary = temporaryFolders();
const folderOf = (files: Readonly<Record<string, string | Uint8Array>>) => insectsIn(temporary(), files);
const good = threeClasses(4, 2);
const skip = { 'dataset.json': '{"badImages": "skip", "resolution": 7}' };
/** Under other names of the top folders. */
const renamed = (files: Readonly<Record<string, string>>, from: string, to: string) =>
  Object.fromEntries(Object.entries(files).map(([name, file]) => [name.replace(new RegExp(`^${from}/`), to), file]));
const without = (files: Readonly<Record<string, string>>, start: string) =>
  Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith(start)));
const specOf = (identity: string) => ({ name: 'insects', identity, trainImages: 6, minivalImages: 2 });

describe('the folder of test images', () => {
  it.each(['val', 'validation'])('may be called %s, and is the same dataset then', async (name) => {
    const { identity } = await folderOf(good).fetch();
    const { fetch, log } = folderOf(renamed(good, 'test', `${name}/`));
    const facts = await fetch();
    expect(facts).toMatchObject({ identity, testImages: 6, problems: [] });
    expect(facts.notes).toEqual([{ path: name, reason: 'taken as the test images, since there is no folder test' }]);
    expect(log.at(-1)).toContain(name);
  });

  it('is val where test holds images without classes, as ImageNet has them', async () => {
    const { fetch } = folderOf({
      ...renamed(good, 'test', 'val/'),
      'test/ILSVRC2012_test_1.JPEG': photograph(9, 9, 1),
    });
    expect(await fetch()).toMatchObject({ testImages: 6, problems: [] });
  });

  it('is test where there are both, and the other one is named', async () => {
    const { fetch } = folderOf({ ...good, 'val/ant/1.jpg': photograph(9, 9, 1) });
    expect(await fetch()).toMatchObject({
      testImages: 6,
      notes: [{ path: 'val', reason: 'not used, since there is a folder test' }],
    });
  });
});

describe('what was left out of an image folder', () => {
  it('is kept with the packed images, and told at every fetch', async () => {
    const { fetch, log, options } = folderOf({ ...good, ...skip, 'train/ant/torn.jpg': 'truncated' });
    const first = await fetch();
    expect(first.problems).toEqual([{ path: 'train/ant/torn.jpg', reason: 'truncated' }]);
    const told = log.at(-1);
    expect(await fetch()).toEqual(first);
    expect(log).toHaveLength(3);
    expect(log.at(-1)).toBe(told);
    const { fetchImageFolder } = await import('../../../worker/data/image-folder/open-folder.ts');
    await fetchImageFolder('insects', { ...options, isBrief: true });
    expect(log.at(-1)).toBe('insects: left out 1 (truncated 1); scalesweep data fetch insects names them');
  });

  it('is counted, of images that an older version packed; they stay as they are', async () => {
    const { fetch, options, folder } = folderOf({ ...good, ...skip, 'train/ant/torn.jpg': 'truncated' });
    const { identity } = await fetch();
    const file = path.join(folder, 'prepared/photographs-8.bin');
    const { readIndex, indexChunks } = await import('../../../worker/data/image-folder/packed-file.ts');
    const index = await readIndex(file);
    const whole = readFileSync(file);
    const pixelBytes = whole.readDoubleLE(whole.length - 16);
    const old = Buffer.concat([
      whole.subarray(0, pixelBytes),
      ...indexChunks({ ...index, remarks: undefined }, pixelBytes),
    ]);
    writeFileSync(file, old);
    const facts = await fetch();
    expect(facts.identity).toBe(identity);
    expect(facts.problems).toEqual([
      { path: file, reason: expect.stringMatching(/^1 images left out by an older version/) as string },
    ]);
    expect(readFileSync(file).equals(old)).toBe(true);
    (await openImageFolder(specOf(identity), { resolution: 7, channels: 3 }, options)).close();
  });
});

describe('copies of one image', () => {
  const twice = photograph(20, 14, 99, 30);
  const copied = {
    ...good,
    // In train and test; and under two labels.
    'train/ant/leaked.jpg': good['test/ant/0.jpg']!,
    'train/bee/both.jpg': twice,
    'train/cat/both.jpg': twice,
    // Two of one class are kept together by the split.
    'train/cat/again.jpg': good['train/cat/0.jpg']!,
  };
  const named = [
    { path: 'train/ant/leaked.jpg', reason: 'one image in train and test', copyOf: 'test/ant/0.jpg' },
    { path: 'train/bee/both.jpg', reason: 'one image under several labels', copyOf: 'train/cat/both.jpg' },
    { path: 'train/cat/both.jpg', reason: 'one image under several labels', copyOf: 'train/bee/both.jpg' },
  ];
  const byPath = (problems: readonly { path: string }[]) => problems.toSorted((a, b) => (a.path < b.path ? -1 : 1));

  it('are refused by default, each with the other', async () => {
    await expect(folderOf(copied).fetch()).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
      message: expect.stringMatching(
        /got 3 that are not:\n.*train\/bee\/both\.jpg \(= train\/cat\/both\.jpg\)/,
      ) as string,
      hint: expect.stringContaining('"duplicates": "keep"') as string,
    });
  });

  it('are left out by the policy "skip": the rest is the dataset without them, to the byte', async () => {
    const { fetch, options } = folderOf({ ...copied, ...skip });
    const facts = await fetch();
    expect(byPath(facts.problems)).toEqual(named);
    const plain = folderOf({ ...good, 'train/cat/again.jpg': good['train/cat/0.jpg']! });
    expect(facts.identity).toBe((await plain.fetch()).identity);
    const shape = { resolution: 7, channels: 3 };
    const [left, wanted] = [
      await openImageFolder(specOf(facts.identity), shape, options),
      await openImageFolder(specOf(facts.identity), shape, plain.options),
    ];
    expect([left.dataset.mean, left.dataset.std]).toEqual([wanted.dataset.mean, wanted.dataset.std]);
    expect(left.dataset.train.labels).toEqual(wanted.dataset.train.labels);
    left.close();
    wanted.close();
  });

  it('are kept by "duplicates": "keep", with the identity that the folder had before copies were looked for', async () => {
    const { fetch } = folderOf({ ...copied, 'dataset.json': '{"duplicates": "keep", "resolution": 7}' });
    const facts = await fetch();
    expect(facts).toMatchObject({ trainImages: 16, testImages: 6, problems: [] });
    expect(byPath(facts.notes)).toEqual(named);
    const { createHash } = await import('node:crypto');
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const lines = Object.entries(copied).map(([name, file]) => `${path.posix.dirname(name)}/${sha256(file)}\n`);
    expect(facts.identity).toBe(`imagefolder/${sha256(lines.sort().join('')).slice(0, 16)}@8`);
  });
});

describe('classes without test images', () => {
  it.each([
    ['one class', without(good, 'test/cat/'), /class without a usable test image \(1\): cat/],
    ['every class', { ...without(good, 'test/'), 'test/.keep': '' }, /no usable test image \(1\): test/],
  ])('(%s) are refused by default, and named under "skip"', async (_, files, reason) => {
    await expect(folderOf(files).fetch()).rejects.toThrow(reason);
    const { fetch, log } = folderOf({ ...files, ...skip });
    expect((await fetch()).trainImages).toBe(12);
    expect(log.at(-1)).toMatch(reason);
  });
});

describe('names in an image folder', () => {
  const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];

  it('that differ in their Unicode form alone are one class', async () => {
    const files = {
      ...renamed(good, 'train/ant', `train/${composed}/`),
      'train/cafe\u0301/more.jpg': photograph(20, 14, 7),
    };
    const mixed = renamed(files, 'test/ant', `test/${decomposed}/`);
    const facts = await folderOf(mixed).fetch();
    expect(facts).toMatchObject({ classes: ['bee', composed, 'cat'], trainImages: 13, testImages: 6, problems: [] });
    expect(facts.notes.map(({ reason }) => reason)).toContain('one class written in several Unicode forms');
    const tidy = Object.fromEntries(Object.entries(mixed).map(([name, file]) => [name.normalize('NFC'), file]));
    expect((await folderOf(tidy).fetch()).identity).toBe(facts.identity);
  });

  it('in one Unicode form alone stay part of the identity as they are', async () => {
    const all = renamed(renamed(good, 'train/ant', `train/${decomposed}/`), 'test/ant', `test/${decomposed}/`);
    const facts = await folderOf(all).fetch();
    expect(facts.classes).toEqual(['bee', decomposed, 'cat'].sort());
    expect(facts.notes).toEqual([]);
  });

  it('of files that systems and network disks leave behind are passed over', async () => {
    const { identity } = await folderOf(good).fetch();
    const facts = await folderOf({
      ...good,
      'train/@eaDir/1.jpg': photograph(9, 9, 1),
      'train/ant/@eaDir/0.jpg/SYNOPHOTO_THUMB_M.jpg': photograph(9, 9, 2),
      'train/ant/Thumbs.db': 'x',
      'train/desktop.ini': 'x',
      'test/bee/._0.jpg': 'x',
      'test/bee/.DS_Store': 'x',
      'train/__MACOSX/ant/0.jpg': photograph(9, 9, 3),
    }).fetch();
    expect(facts).toMatchObject({ identity, problems: [], notes: [] });
  });
});

describe('dataset.json', () => {
  const text = '{"badImages": "skip",\n "resolution": 14}';
  const utf16 = (bytes: Buffer, mark: boolean) => (mark ? Buffer.concat([Buffer.from([0xff, 0xfe]), bytes]) : bytes);

  it.each<[string, string | Uint8Array]>([
    ['a byte order mark', `\ufeff${text}`],
    ['UTF-16', utf16(Buffer.from(text, 'utf16le'), true)],
    ['UTF-16 without a mark', utf16(Buffer.from(text, 'utf16le'), false)],
    ['UTF-16, big-endian', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['a comma after the last key', text.replace('14', '14,')],
  ])('with %s is read', async (_, settings) => {
    const { fetch } = folderOf({ ...good, 'dataset.json': settings });
    expect((await fetch()).identity).toMatch(/@16$/);
  });

  it.each([
    [
      '{"resolution": 7,\n "badImage": "skip"}',
      /dataset\.json:2:2: Expected .*, got the key "badImage" \(did you mean `badImages`\?\)/,
    ],
    [
      '{"resolution": 7,\n "badImages": "ignore"}',
      /dataset\.json:2:15: Expected badImages to be "refuse" or "skip", got "ignore"/,
    ],
    ['{"resolution": 7\n "badImages": "skip"}', /dataset\.json:1:16: Expected JSON/],
    ['{"resolution": 7, "resolution": 8,}', /dataset\.json:1:19: Expected every key once/],
    ['', /dataset\.json:1:1: Expected a mapping .*, got nothing/],
  ])('of %j is refused with the place', async (settings, message) => {
    await expect(folderOf({ ...good, 'dataset.json': settings }).fetch()).rejects.toThrow(message);
  });

  it('in another case is named, not ignored', async () => {
    const { fetch, folder } = folderOf(good);
    renameSync(path.join(folder, 'dataset.json'), path.join(folder, 'Dataset.json'));
    await expect(fetch()).rejects.toMatchObject({
      message: `Expected the settings of ${folder} in dataset.json, got Dataset.json`,
    });
  });
});

describe('without permission', () => {
  it('a class folder is named, by policy', async () => {
    for (const policy of ['refuse', 'skip']) {
      const { fetch, folder, cacheDir } = folderOf({
        ...good,
        'train/dog/1.jpg': photograph(9, 9, 1),
        'dataset.json': `{"badImages": "${policy}", "resolution": 7}`,
      });
      const locked = path.join(folder, 'train/dog');
      chmodSync(locked, 0);
      for (const open of [cacheDir, folder]) chmodSync(open, 0o777);
      const fetched = unprivileged(fetch).finally(() => chmodSync(locked, 0o755));
      if (policy === 'skip')
        expect((await fetched).problems).toEqual([{ path: 'train/dog', reason: 'cannot be read (EACCES)' }]);
      else await expect(fetched).rejects.toThrow(/cannot be read \(EACCES\) \(1\): train\/dog/);
    }
  });
});

describe('in a cache that may not be written to', () => {
  /** Root may write everywhere: a file in the place of the folder stops it too. */
  function closed() {
    const made = folderOf(good);
    writeFileSync(path.join(made.folder, 'prepared'), 'no folder');
    return made;
  }

  it('is packed into a second place, and found there', async () => {
    const { fetch, log, options, folder } = closed();
    const { identity } = await fetch();
    expect(log.at(-1)).toContain(`SCALESWEEP_DATA=${options.cacheDir} scalesweep data fetch insects`);
    const packings = () => log.filter((line) => line.startsWith('packing')).length;
    await fetch();
    expect(packings()).toBe(1);
    rmSync(path.join(folder, 'train'), { recursive: true });
    (await openImageFolder(specOf(identity), { resolution: 7, channels: 3 }, options)).close();
    expect(packings()).toBe(1);
  });

  it('says what its owner can run where there is no second place either', async () => {
    const { fetch, options } = closed();
    mkdirSync(options.secondDir);
    writeFileSync(path.join(options.secondDir, 'insects'), 'no folder');
    await expect(fetch()).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      hint: expect.stringContaining(`SCALESWEEP_DATA=${options.cacheDir} scalesweep data fetch insects`) as string,
    });
  });
});
