import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { makeResizer } from '../resize.ts';
import { readingFault, type Decode, type Decoded } from './decode.ts';
import type { Problem } from './problems.ts';
import type { Entry, Scan } from './scan.ts';
import { makeMemoryBudget, type MemoryBudget } from './memory-budget.ts';
import { storedSize } from './stored-size.ts';

/** Photographs are red, green and blue. */
export const CHANNELS = 3;
/** Decoded at one time, in full size: enough to keep the decoder's threads busy. */
const DECODED_AT_ONCE = 8;
/** Bytes of full-size images at one time: eight of 16 megapixels. A larger one is decoded alone. */
const DECODED_BYTES = 512 * 2 ** 20;
/** What a pixel takes while its image is stored: as it was decoded, and one channel of it apart. */
const BYTES_PER_PIXEL = CHANNELS + 1;
/** Waiting for the writer, in stored size: a big photograph at the front does not hold up the decoding of those behind it. */
const STORED_AHEAD = 16;
const STORED_AHEAD_BYTES = 256 * 2 ** 20;

/** An entry that was decoded: its stored pixels, [3, height, width], and the digest of its file. */
export interface Stored {
  readonly entry: Entry;
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  readonly digest: Buffer;
}

/** The image in a stored size, [3, height, width]. One channel at a time: a second copy of a big photograph is not needed. */
function storedPixels(
  { width, height, interleaved }: Decoded,
  size: { readonly width: number; readonly height: number },
): Uint8Array {
  const [plane, storedPlane] = [width * height, size.width * size.height];
  const isKept = plane === storedPlane && width === size.width;
  const resize = isKept ? undefined : makeResizer(size.width, size.height);
  const whole = { left: 0, top: 0, width, height };
  const stored = new Uint8Array(CHANNELS * storedPlane);
  const scratch = resize === undefined ? undefined : new Uint8Array(plane);
  for (let channel = 0; channel < CHANNELS; channel++) {
    const out = stored.subarray(channel * storedPlane, (channel + 1) * storedPlane);
    const pixels = scratch ?? out;
    for (let i = 0; i < plane; i++) pixels[i] = interleaved[i * CHANNELS + channel]!;
    resize?.(pixels, { channels: 1, width, height }, whole, out);
  }
  return stored;
}

async function store(
  scan: Scan,
  entry: Entry,
  side: number,
  decode: Decode,
  budget: MemoryBudget,
): Promise<Stored | Problem> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path.join(scan.folder, entry.path));
  } catch (error) {
    return { path: entry.path, reason: readingFault(error) };
  }
  const share = budget.share();
  try {
    const decoded = await decode(bytes, (pixels) => share.take(pixels * BYTES_PER_PIXEL));
    if (typeof decoded === 'string') return { path: entry.path, reason: decoded };
    const size = storedSize(decoded.width, decoded.height, side);
    return { entry, ...size, pixels: storedPixels(decoded, size), digest: hash('sha256', bytes, 'buffer') };
  } finally {
    share.giveBack();
  }
}

/** The images of a folder or what is wrong with them, in the entries' order, a few ahead of the consumer. */
export async function* storeAll(scan: Scan, side: number, decode: Decode): AsyncGenerator<Stored | Problem> {
  const limit = pLimit(DECODED_AT_ONCE);
  const budget = makeMemoryBudget(DECODED_BYTES);
  // Of the usual shape, 3 : 2.
  const storedBytes = CHANNELS * 1.5 * side ** 2;
  const mostAhead = Math.min(STORED_AHEAD, Math.max(1, Math.floor(STORED_AHEAD_BYTES / storedBytes)));
  const ahead: Promise<Stored | Problem>[] = [];
  try {
    for (const entry of scan.entries) {
      ahead.push(limit(store, scan, entry, side, decode, budget));
      if (ahead.length > mostAhead) yield await ahead.shift()!;
    }
    while (ahead.length > 0) yield await ahead.shift()!;
  } finally {
    // The consumer may stop early, on a full disk: the rejections of those under way must be handled.
    await Promise.allSettled(ahead);
  }
}
