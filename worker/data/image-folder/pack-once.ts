/** The packed file of an image folder: found where it is up to date, made where it is not. */
import { messageOf, systemCode } from '../../../contract/index.ts';
import { datasetDir, preparedFile } from '../../storage/paths.ts';
import { inWritableCache, placesOf, type CachePlaces } from '../writable-cache.ts';
import { makeDecoder, type Decode } from './decode.ts';
import { packImageFolder } from './pack.ts';
import { readIndex, type PackedIndex } from './packed-file.ts';
import { tell, type Remarks } from './remarks.ts';
import { scanImageFolder, type Scan } from './scan.ts';

export interface FolderOptions extends CachePlaces {
  readonly log: (line: string) => void;
  /** Default: sharp. */
  readonly decode?: Decode;
  /** Of a folder that was packed before: only how many files were left out, not which. */
  readonly isBrief?: boolean;
}

const packedFile = (cacheDir: string, name: string, side: number): string =>
  preparedFile(cacheDir, name, `photographs-${side}`);

interface FoundIndex {
  readonly file: string;
  readonly index: PackedIndex;
}

/** The first packed file that is whole and as wanted. */
export async function findIndex(
  name: string,
  side: number,
  options: FolderOptions,
  isWanted: (facts: PackedIndex['facts']) => boolean,
): Promise<FoundIndex | undefined> {
  for (const place of placesOf(options)) {
    const file = packedFile(place, name, side);
    try {
      const index = await readIndex(file);
      if (isWanted(index.facts)) return { file, index };
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') options.log(`ignored ${file}: ${messageOf(error)}`);
    }
  }
  return undefined;
}

/** The packed folder, packed again if its files have changed, and what its owner should know. */
export async function ensurePacked(
  name: string,
  side: number,
  options: FolderOptions,
): Promise<FoundIndex & { readonly remarks: Remarks }> {
  const { cacheDir, log, decode, isBrief = false } = options;
  const scan = await scanImageFolder(datasetDir(cacheDir, name));
  const known = await findIndex(name, side, options, ({ listing }) => listing === scan.listing);
  if (known !== undefined) {
    const remarks = remarksOf(known, scan);
    tell(name, remarks, isBrief, log);
    return { ...known, remarks };
  }
  log(`packing ${scan.entries.length} images of ${name} with a shorter side of ${side} px`);
  const decoder = decode ?? (await makeDecoder());
  const packed = await inWritableCache(name, options, log, async (place) => {
    const file = packedFile(place, name, side);
    return { file, ...(await packImageFolder(scan, file, { name, side, decode: decoder })) };
  });
  tell(name, packed.remarks, false, log);
  return packed;
}

/** Versions that did not keep what they left out kept its number at least: what the folder has and the file has not. */
function remarksOf({ file, index }: FoundIndex, { entries, notes }: Scan): Remarks {
  if (index.remarks !== undefined) return index.remarks;
  const lost = entries.length - index.images.length;
  const reason = `${lost} images left out by an older version, which did not keep their names: remove this file and fetch again`;
  return { problems: lost > 0 ? [{ path: file, reason }] : [], notes };
}
