import { EXIT } from '../../contract/index.ts';
import { fetchDataset, shownUpTo, type FolderFacts } from '../../worker/data/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';
import { countOf, grouped } from '../progress/words.ts';

/** `scalesweep data fetch`: a dataset into the cache, with its checksums verified. */
export async function dataFetch(name: string, options: JsonOption, io: Io): Promise<number> {
  const { identity, folder, sources, contents, photographs } = await fetchDataset(name, { log: io.err });
  const files = [...contents].map(([file, content]) => ({ file, bytes: content.length }));
  if (options.json === true) printJson(io, { name, identity, folder, sources, files, photographs });
  else {
    io.out(`${name} (${identity}) is in ${folder}, from ${sources.join(', ')}.`);
    if (photographs !== undefined) {
      io.out(photographsText(name, photographs));
    }
  }
  return EXIT.done;
}

/** What the packed images are, and what a grid says of them, to paste. */
function photographsText(
  name: string,
  { identity, trainImages, testImages, classes, smallestSide }: FolderFacts,
): string {
  return `${countOf(trainImages, 'training image')}, ${grouped(testImages)} of test, ${classes.length} classes. The smallest image has a shorter side of ${smallestSide} px: a resolution above ${shownUpTo(smallestSide)} enlarges it.
In the grid:

data:
  name: ${name}
  identity: ${identity}
  images: ${trainImages}
  classes: ${classes.length}
  channels: 3

\`data: { name: ${name} }\` says the same on a machine where they are packed.`;
}
