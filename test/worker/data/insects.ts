import path from 'node:path';
import { fetchImageFolder } from '../../../worker/data/image-folder/open-folder.ts';
import { decodeMadeUp, writeFolder } from './photographs.ts';

/** An image folder `insects` in a cache of its own, shown at 7 pixels. */
export function insectsIn(cacheDir: string, files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = path.join(cacheDir, 'insects');
  writeFolder(folder, { 'dataset.json': '{"resolution": 7}', ...files });
  const log: string[] = [];
  const options = {
    cacheDir,
    secondDir: path.join(cacheDir, 'second'),
    log: (line: string) => log.push(line),
    decode: decodeMadeUp,
  };
  return { cacheDir, folder, log, options, fetch: () => fetchImageFolder('insects', options) };
}
