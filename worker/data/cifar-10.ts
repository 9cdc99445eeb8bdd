/** CIFAR-10 (Krizhevsky 2009): 50,000 + 10,000 colour images of ten kinds of things, 32 x 32, in its binary version. */
import { messageOf, ScalesweepError } from '../../contract/index.ts';
import type { DatasetDescriptor } from './descriptor.ts';
import type { RawImages } from './raw.ts';
import { gunzipFile } from './sources/gzip.ts';
import { httpSource } from './sources/http.ts';
import { untar } from './tar.ts';

const ARCHIVE = 'cifar-10-binary.tar.gz';
const FOLDER = 'cifar-10-batches-bin';
/** Six files of 10,000 images, each its label and then its red, green and blue planes; and room for the rest of the archive. */
const MOST_UNPACKED = 256 * 1024 * 1024;
const SIDE = 32;
const CHANNELS = 3;
const IMAGE = CHANNELS * SIDE * SIDE;
const RECORD = 1 + IMAGE;

const corrupt = (message: string, cause?: unknown): ScalesweepError =>
  new ScalesweepError('DATASET_CORRUPT', message, { cause });

/** The images of some files of records, one after the other. */
export function decodeRecords(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): RawImages {
  const odd = files.find(({ bytes }) => bytes.length === 0 || bytes.length % RECORD !== 0);
  if (odd !== undefined) {
    throw corrupt(`Expected records of ${RECORD} bytes in ${odd.name}, got ${odd.bytes.length} bytes`);
  }
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / RECORD, 0);
  const pixels = new Uint8Array(count * IMAGE);
  const labels = new Uint16Array(count);
  let at = 0;
  for (const { bytes } of files) {
    for (let start = 0; start < bytes.length; start += RECORD, at++) {
      labels[at] = bytes[start]!;
      pixels.set(bytes.subarray(start + 1, start + RECORD), at * IMAGE);
    }
  }
  return { count, channels: CHANNELS, side: SIDE, pixels, labels };
}

async function unpack(packed: Uint8Array): Promise<Map<string, Uint8Array>> {
  try {
    return untar(await gunzipFile(packed, ARCHIVE, MOST_UNPACKED));
  } catch (error) {
    throw corrupt(messageOf(error), error);
  }
}

/** @throws {ScalesweepError} `DATASET_CORRUPT`, naming the file. */
export async function decodeArchive(packed: Uint8Array): Promise<{ train: RawImages; test: RawImages }> {
  const archive = await unpack(packed);
  const read = (name: string): { name: string; bytes: Uint8Array } => {
    const bytes = archive.get(`${FOLDER}/${name}`);
    if (bytes === undefined) throw corrupt(`Expected ${FOLDER}/${name} in ${ARCHIVE}, got ${archive.size} other files`);
    return { name, bytes };
  };
  const train = [1, 2, 3, 4, 5].map((part) => read(`data_batch_${part}.bin`));
  return { train: decodeRecords(train), test: decodeRecords([read('test_batch.bin')]) };
}

export const cifar10: DatasetDescriptor = {
  name: 'cifar-10',
  identity: 'cifar-10/1',
  classes: 10,
  classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  files: [
    {
      name: ARCHIVE,
      bytes: 170_052_171,
      sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    },
  ],
  sources: [httpSource('official address', 'https://www.cs.toronto.edu/~kriz/', { packed: false })],
  decode: (contents) => decodeArchive(contents.get(ARCHIVE) ?? new Uint8Array()),
};
