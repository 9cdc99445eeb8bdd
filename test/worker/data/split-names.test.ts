import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitNames } from '../../../worker/data/index.ts';
import { readIndex } from '../../../worker/data/image-folder/packed-file.ts';
import { fetchImageFolder, openImageFolder } from '../../../worker/data/image-folder/open-folder.ts';
import { decodeMadeUp, threeClasses, writeFolder } from './photographs.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporary = temporaryFolders();

describe('the files of a split', () => {
  it('are those of the images that an engine of this program has, in their order', async () => {
    const cacheDir = temporary();
    const folder = path.join(cacheDir, 'insects');
    writeFolder(folder, { 'dataset.json': '{"resolution": 7}', ...threeClasses(8, 2) });
    const options = { cacheDir, log: () => undefined, decode: decodeMadeUp };
    const { identity } = await fetchImageFolder('insects', options);
    const data = { name: 'insects', identity, trainImages: 15, minivalImages: 7 };
    const names = await splitNames(data, { cacheDir });
    const { dataset, close } = await openImageFolder(data, { resolution: 7, channels: 3 }, options);
    expect(names.folder).toBe(folder);
    for (const split of ['train', 'minival', 'test'] as const) {
      const classes = names[split].map((name) => path.basename(path.dirname(name)));
      expect(classes).toEqual(Array.from(dataset[split].labels, (label) => dataset.classNames![label]));
      expect(names[split].every((name) => existsSync(path.join(folder, name)))).toBe(true);
    }
    close();
    const held = [...names.train, ...names.minival];
    expect([held.length, new Set(held).size]).toEqual([22, 22]);
    const { paths } = await readIndex(path.join(folder, 'prepared', 'photographs-8.bin'));
    expect(paths).toEqual(expect.arrayContaining([...held, ...names.test]));
  });

  it('are not to be had of a dataset without image files', async () => {
    const data = { name: 'fashion-mnist', identity: 'fashion-mnist/1', trainImages: 10, minivalImages: 1 };
    await expect(splitNames(data)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'Expected a folder of photographs for {split}, got fashion-mnist',
    });
  });
});
