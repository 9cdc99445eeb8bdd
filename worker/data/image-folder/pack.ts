import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ScalesweepError } from '../../../contract/index.ts';
import { writeFileAtomically } from '../../storage/write-file.ts';
import { makeChannelCounter } from '../statistics.ts';
import type { Decode } from './decode.ts';
import { indexChunks, type PackedImage, type PackedIndex } from './packed-file.ts';
import { summarise, type Problem } from './problems.ts';
import type { Entry, Scan } from './scan.ts';
import { settingsFile } from './settings.ts';
import { CHANNELS, storeAll, type Stored } from './store-image.ts';

/** Classes without a usable training image cannot be learnt; test images of classes that are not trained cannot be right. */
function classProblems(scan: Scan, trained: ReadonlySet<string>): Problem[] {
  const named = new Set(scan.entries.map(({ className }) => className));
  return [...named]
    .filter((className) => !trained.has(className))
    .map((className) => ({ path: className, reason: 'class without a usable training image' }));
}

function identityOf(stored: readonly { readonly entry: Entry; readonly digest: Buffer }[], side: number): string {
  const digest = createHash('sha256');
  const lines = stored.map(({ entry, digest: file }) => `${entry.split}/${entry.className}/${file.toString('hex')}`);
  for (const line of lines.sort()) digest.update(`${line}\n`);
  return `imagefolder/${digest.digest('hex').slice(0, 16)}@${side}`;
}

export interface Packed {
  readonly index: PackedIndex;
  /** What was left out. */
  readonly problems: readonly Problem[];
}

/**
 * Decodes all images of a folder and packs them with a shorter side of at most `side`, into one file that is written whole
 * or not at all.
 *
 * @throws {ScalesweepError} `DATASET_CORRUPT` with one summary of all that is bad, when the folder's policy is to refuse or
 * nothing is left; `DISK_FULL`, `STORE_UNWRITABLE`.
 */
export async function packImageFolder(
  scan: Scan,
  file: string,
  options: { readonly name: string; readonly side: number; readonly decode: Decode },
): Promise<Packed> {
  const { name, side, decode } = options;
  const problems: Problem[] = [...scan.problems];
  let index: PackedIndex | undefined;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    const stored: (Omit<Stored, 'pixels'> & { offset: number; checksum: number })[] = [];
    const counter = makeChannelCounter(CHANNELS);
    let offset = 0;
    for await (const result of storeAll(scan, side, decode)) {
      if (!('pixels' in result)) {
        problems.push(result);
        continue;
      }
      const { pixels, ...about } = result;
      stored.push({ ...about, offset, checksum: crc32(pixels) });
      if (about.entry.split === 'train') counter.add(pixels);
      offset += pixels.length;
      yield pixels;
    }
    const classes = [
      ...new Set(stored.filter(({ entry }) => entry.split === 'train').map(({ entry }) => entry.className)),
    ].sort();
    problems.push(...classProblems(scan, new Set(classes)));
    refuseIfBad(name, scan, problems, classes);
    const kept = stored.filter(({ entry }) => classes.includes(entry.className));
    // The scan lists the training set first.
    const ordered = [
      ...kept.filter(({ entry }) => entry.split === 'train'),
      ...kept.filter(({ entry }) => entry.split === 'test'),
    ];
    const images: PackedImage[] = ordered.map(({ entry, width, height, offset: at, checksum }) => ({
      offset: at,
      width,
      height,
      label: classes.indexOf(entry.className),
      checksum,
    }));
    index = {
      facts: {
        identity: scan.settings.identity ?? identityOf(ordered, side),
        listing: scan.listing,
        classes,
        trainImages: ordered.filter(({ entry }) => entry.split === 'train').length,
        ...counter.statistics(),
      },
      images,
      digests: Buffer.concat(ordered.map(({ digest }) => digest)),
    };
    yield* indexChunks(index, offset);
  }

  await writeFileAtomically(file, chunks());
  return { index: index!, problems };
}

function refuseIfBad(
  name: string,
  { folder, settings }: Scan,
  problems: readonly Problem[],
  classes: readonly string[],
): void {
  if (classes.length < 2) {
    throw new ScalesweepError(
      'DATASET_CORRUPT',
      `Expected images of two classes or more in ${folder}, got ${classes.length}${summarise(problems)}`,
    );
  }
  if (problems.length === 0 || settings.badImages === 'skip') return;
  throw new ScalesweepError(
    'DATASET_CORRUPT',
    `Expected every image of ${name} to be usable, got ${problems.length} that are not:${summarise(problems)}`,
    {
      hint: `Fix or remove them, or set "badImages": "skip" in ${settingsFile(folder)} to leave them out.`,
    },
  );
}
