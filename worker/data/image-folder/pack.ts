import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ScalesweepError } from '../../../contract/index.ts';
import { writeFileAtomically } from '../../storage/write-file.ts';
import { makeChannelCounter } from '../statistics.ts';
import type { Decode } from './decode.ts';
import { indexChunks, type PackedImage, type PackedIndex } from './packed-file.ts';
import type { Remarks } from './remarks.ts';
import { choose, type StoredAt } from './choose.ts';
import type { Problem } from './problems.ts';
import type { Entry, Scan } from './scan.ts';
import { CHANNELS, storeAll } from './store-image.ts';

function identityOf(stored: readonly { readonly entry: Entry; readonly digest: Buffer }[], side: number): string {
  const digest = createHash('sha256');
  const lines = stored.map(({ entry, digest: file }) => `${entry.split}/${entry.className}/${file.toString('hex')}`);
  for (const line of lines.sort()) digest.update(`${line}\n`);
  return `imagefolder/${digest.digest('hex').slice(0, 16)}@${side}`;
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
): Promise<{ readonly index: PackedIndex; readonly remarks: Remarks }> {
  const { name, side, decode } = options;
  let packed: { readonly index: PackedIndex; readonly remarks: Remarks } | undefined;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    const unusable: Problem[] = [...scan.problems];
    const stored: StoredAt[] = [];
    const counter = makeChannelCounter(CHANNELS);
    let offset = 0;
    for await (const result of storeAll(scan, side, decode)) {
      if (!('pixels' in result)) {
        unusable.push(result);
        continue;
      }
      const { pixels, ...about } = result;
      stored.push({ ...about, offset, checksum: crc32(pixels) });
      if (about.entry.split === 'train') counter.add(pixels);
      offset += pixels.length;
      yield pixels;
    }
    const { kept, leftOut, classes, remarks } = choose(name, scan, stored, unusable);
    await uncount(counter, { ...scan, entries: leftOut.filter(({ split }) => split === 'train') }, side, decode);
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
    const index: PackedIndex = {
      facts: {
        identity: scan.settings.identity ?? identityOf(ordered, side),
        listing: scan.listing,
        classes,
        trainImages: ordered.filter(({ entry }) => entry.split === 'train').length,
        ...counter.statistics(),
      },
      images,
      digests: Buffer.concat(ordered.map(({ digest }) => digest)),
      paths: ordered.map(({ entry }) => entry.path),
      remarks,
    };
    packed = { index, remarks };
    yield* indexChunks(index, offset);
  }

  await writeFileAtomically(file, chunks());
  return packed!;
}

/** Takes the few training images that are left out after all out of the statistics: they are decoded once more. */
async function uncount(
  counter: ReturnType<typeof makeChannelCounter>,
  leftOut: Scan,
  side: number,
  decode: Decode,
): Promise<void> {
  for await (const again of storeAll(leftOut, side, decode)) {
    if (!('pixels' in again)) {
      throw new ScalesweepError(
        'DATASET_CORRUPT',
        `Expected ${again.path} to stay as it was while it is packed, got: ${again.reason}`,
        { hint: 'Run the command again when nothing writes into the folder.' },
      );
    }
    counter.remove(again.pixels);
  }
}
