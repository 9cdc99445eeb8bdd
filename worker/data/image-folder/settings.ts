/** What the owner of an image folder says about it, in the file `dataset.json` beside `train` and `test`. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, ScalesweepError, systemCode } from '../../../contract/index.ts';
import { parseSettings, settingsSchema, type FolderSettings } from './parse-settings.ts';

export type { FolderSettings } from './parse-settings.ts';

const NAME = 'dataset.json';

export function settingsFile(folder: string): string {
  return path.join(folder, NAME);
}

/** @throws {ScalesweepError} `DATASET_CORRUPT` for a file that is not as described; without one, the defaults. */
export async function readSettings(folder: string): Promise<FolderSettings> {
  const file = settingsFile(folder);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      throw new ScalesweepError('DATASET_UNAVAILABLE', `Expected to read ${file}, got ${messageOf(error)}`, {
        cause: error,
      });
    }
    await refuseOtherCase(folder);
    return settingsSchema.parse({});
  }
  return parseSettings(bytes, file);
}

/** A file that its owner takes for the settings, and that would be ignored. */
async function refuseOtherCase(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const other = names.find((name) => name.toLowerCase() === NAME);
  if (other === undefined) return;
  throw new ScalesweepError('DATASET_CORRUPT', `Expected the settings of ${folder} in ${NAME}, got ${other}`, {
    hint: `Rename ${other} to ${NAME}: upper and lower case count.`,
  });
}
