/** What the owner of an image folder says about it, in the file `dataset.json` beside `train` and `test`. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { messageOf, ScalesweepError, systemCode } from '../../../contract/index.ts';

const settingsSchema = z.strictObject({
  /** `refuse`: the dataset is not used until all is well. `skip`: what is bad is left out, and named. */
  badImages: z.enum(['refuse', 'skip']).default('refuse'),
  /** The largest resolution, in pixels, that the photographs are to be shown at: they are stored for it. */
  resolution: z.int().min(1).max(4096).default(224),
  /**
   * Names the content in place of its hash, for a published dataset (`ilsvrc2012`). The owner answers for the images and
   * for the same `resolution` on every machine.
   */
  identity: z.string().min(1).max(200).optional(),
});
export type FolderSettings = z.infer<typeof settingsSchema>;

export function settingsFile(folder: string): string {
  return path.join(folder, 'dataset.json');
}

/** @throws {ScalesweepError} `DATASET_CORRUPT` for a file that is not as described; without one, the defaults. */
export async function readSettings(folder: string): Promise<FolderSettings> {
  const file = settingsFile(folder);
  let text = '{}';
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      throw new ScalesweepError('DATASET_UNAVAILABLE', `Expected to read ${file}, got ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  try {
    return settingsSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ScalesweepError(
      'DATASET_CORRUPT',
      `Expected {"badImages": "refuse" | "skip", "resolution": 224, "identity": "..."}, each optional, in ${file}, got ${text.trim()}`,
      { cause: error },
    );
  }
}
