import { EXIT } from '../../contract/index.ts';
import { fetchDataset } from '../../worker/data/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';

/** `scalesweep data fetch`: a dataset into the cache, with its checksums verified. */
export async function dataFetch(name: string, options: JsonOption, io: Io): Promise<number> {
  const { identity, folder, sources, contents, photographs } = await fetchDataset(name, { log: io.err });
  const files = [...contents].map(([file, content]) => ({ file, bytes: content.length }));
  if (options.json === true) printJson(io, { name, identity, folder, sources, files, photographs });
  else {
    io.out(`${name} (${identity}) is in ${folder}, from ${sources.join(', ')}.`);
    if (photographs !== undefined) {
      const { trainImages, testImages, classes } = photographs;
      io.out(
        `In the grid: images: ${trainImages}, classes: ${classes.length}, channels: 3; ${testImages} images of test.`,
      );
    }
  }
  return EXIT.done;
}
