import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../../../contract/index.ts';
import { isJunk } from './class-names.ts';
import type { Problem } from './problems.ts';

/** Other names of the images that a published dataset is reported on, as ImageNet's `val`. */
const OTHER_NAMES = ['val', 'validation'] as const;

/** `unknown`: it is there, and whoever lists it will say why it cannot be listed. */
type State = 'absent' | 'without classes' | 'with classes' | 'unknown';

/** The folder with the test images: `test`, or `val` or `validation` where `test` is not there or holds no class folder. */
export async function findTestFolder(folder: string): Promise<{ testFolder: string; notes: Problem[] }> {
  const test = await stateOf(path.join(folder, 'test'));
  for (const name of OTHER_NAMES) {
    if ((await stateOf(path.join(folder, name))) !== 'with classes') continue;
    if (test === 'with classes' || test === 'unknown')
      return { testFolder: 'test', notes: [{ path: name, reason: 'not used, since there is a folder test' }] };
    const why = test === 'absent' ? 'there is no folder test' : 'the folder test holds no class folder';
    return { testFolder: name, notes: [{ path: name, reason: `taken as the test images, since ${why}` }] };
  }
  return { testFolder: 'test', notes: [] };
}

async function stateOf(folder: string): Promise<State> {
  try {
    for (const found of await readdir(folder, { withFileTypes: true })) {
      if (isJunk(found.name)) continue;
      if (found.isDirectory() || (found.isSymbolicLink() && (await leadsToFolder(path.join(folder, found.name)))))
        return 'with classes';
    }
    return 'without classes';
  } catch (error) {
    return systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR' ? 'absent' : 'unknown';
  }
}

async function leadsToFolder(link: string): Promise<boolean> {
  return stat(link).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
