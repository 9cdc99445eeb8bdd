import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { makeResizer } from '../resize.ts';
import { readingFault, type Decode, type Decoded } from './decode.ts';
import type { Problem } from './problems.ts';
import type { Entry, Scan } from './scan.ts';
import { storedSize } from './stored-size.ts';

/** Photographs are red, green and blue. */
export const CHANNELS = 3;
/** Decoded at one time, in full size: enough to keep the decoder's threads busy, few enough to fit in memory. */
const DECODED_AT_ONCE = 8;
/** Waiting for the writer, in stored size: a big photograph at the front does not hold up the decoding of those behind it. */
const STORED_AHEAD = 16;

/** An entry that was decoded: its stored pixels, [3, height, width], and the digest of its file. */
export interface Stored {
  readonly entry: Entry;
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  readonly digest: Buffer;
}

function planar({ width, height, interleaved }: Decoded): Uint8Array {
  const plane = width * height;
  const pixels = new Uint8Array(CHANNELS * plane);
  for (let channel = 0; channel < CHANNELS; channel++) {
    for (let i = 0; i < plane; i++) pixels[channel * plane + i] = interleaved[i * CHANNELS + channel]!;
  }
  return pixels;
}

async function store(scan: Scan, entry: Entry, side: number, decode: Decode): Promise<Stored | Problem> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path.join(scan.folder, entry.path));
  } catch (error) {
    return { path: entry.path, reason: readingFault(error) };
  }
  const decoded = await decode(bytes);
  if (typeof decoded === 'string') return { path: entry.path, reason: decoded };
  const size = storedSize(decoded.width, decoded.height, side);
  let pixels = planar(decoded);
  if (size.width !== decoded.width || size.height !== decoded.height) {
    const resized = new Uint8Array(CHANNELS * size.width * size.height);
    const { width, height } = decoded;
    const whole = { left: 0, top: 0, width, height };
    makeResizer(size.width, size.height)(pixels, { channels: CHANNELS, width, height }, whole, resized);
    pixels = resized;
  }
  return { entry, ...size, pixels, digest: hash('sha256', bytes, 'buffer') };
}

/** The images of a folder or what is wrong with them, in the entries' order, a few ahead of the consumer. */
export async function* storeAll(scan: Scan, side: number, decode: Decode): AsyncGenerator<Stored | Problem> {
  const limit = pLimit(DECODED_AT_ONCE);
  const ahead: Promise<Stored | Problem>[] = [];
  try {
    for (const entry of scan.entries) {
      ahead.push(limit(store, scan, entry, side, decode));
      if (ahead.length > STORED_AHEAD) yield await ahead.shift()!;
    }
    while (ahead.length > 0) yield await ahead.shift()!;
  } finally {
    // The consumer may stop early, on a full disk: the rejections of those under way must be handled.
    await Promise.allSettled(ahead);
  }
}
