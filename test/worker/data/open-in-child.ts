// Opens the made-up dataset on "go" and answers with a digest of its training images. Arguments: source folder, cache folder.
import { createHash } from 'node:crypto';
import { folderSource } from '../../../worker/data/sources/folder.ts';
import { openDescribed } from '../../../worker/data/open.ts';
import { describeFiles, madeUpFiles } from './made-up-files.ts';

const [installed = '', cacheDir = ''] = process.argv.slice(2);

process.once('message', () => {
  const descriptor = describeFiles(madeUpFiles(600, 100), [folderSource('installed', installed)]);
  const data = { name: 'made-up', identity: 'made-up/1', trainImages: 400, minivalImages: 100 };
  openDescribed(descriptor, data, { resolution: 5, channels: 1 }, { cacheDir })
    .then(({ train }) => createHash('sha256').update(train.pixels!).digest('hex'))
    .catch(String)
    .then((answer) => {
      process.send?.(answer, () => process.disconnect());
    })
    .catch(console.error);
});
process.send?.('ready');
