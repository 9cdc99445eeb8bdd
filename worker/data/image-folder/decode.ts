/** Decodes JPEG and PNG with sharp; of a file that cannot be used, gives the reason. */
import type sharp from 'sharp';
import type { Metadata } from 'sharp';
import { messageOf, ScalesweepError, systemCode } from '../../../contract/index.ts';

/** Upright 8-bit RGB, [height, width, 3] as sharp gives it. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly interleaved: Uint8Array;
}

/** Waits until there is memory for an image of so many pixels. */
export type Reserve = (pixels: number) => Promise<void>;

/**
 * The image, or the reason why it cannot be used.
 *
 * @param reserve awaited once, when the header has been read and before any pixel is.
 */
export type Decode = (bytes: Uint8Array, reserve: Reserve) => Promise<Decoded | string>;

/** Loaded when the first photograph is decoded: 20 MB of native code that only image folders need. */
async function loadSharp(): Promise<typeof sharp> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new ScalesweepError(
      'DATASET_UNAVAILABLE',
      `Expected the package sharp to load, to decode photographs, got ${messageOf(error)}`,
      { hint: 'npm install sharp', cause: error },
    );
  }
}

/** An animated PNG has an `acTL` chunk before its pixels; the decoder would silently give its first frame. */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= view.length; at += 12 + view.readUInt32BE(at)) {
    const kind = view.toString('latin1', at + 4, at + 8);
    if (kind === 'acTL') return true;
    if (kind === 'IDAT') return false;
  }
  return false;
}

/**
 * Why an image with this header is refused, or `undefined`. Grey images are accepted, and JPEGs of four inks (CMYK), which the decoder
 * converts. The format is read off the content, so a PNG may be named .JPEG.
 */
function refusal(bytes: Uint8Array, about: Metadata): string | undefined {
  const { format, depth, hasAlpha, pages = 1 } = about;
  if (pages > 1) return 'animated';
  if (format !== 'jpeg' && format !== 'png') return `${format}, not JPEG or PNG`;
  if (format === 'png' && isAnimatedPng(bytes)) return 'animated';
  if (depth !== 'uchar') return '16-bit';
  if (hasAlpha) return 'alpha channel';
  return undefined;
}

/** The decoder's messages, grouped into a few reasons. */
function reasonOf(error: unknown): string {
  const message = messageOf(error).toLowerCase();
  if (/premature end|truncated|out of order read|unexpected end|not enough data|libpng read error/.test(message))
    return 'truncated';
  if (/unsupported image format|empty|buffer is/.test(message)) return 'not an image';
  return `cannot be decoded: ${message.split('\n')[0]}`;
}

/** @throws {ScalesweepError} `DATASET_UNAVAILABLE` when the package sharp has no binary for this machine. */
export async function makeDecoder(): Promise<Decode> {
  const sharp = await loadSharp();
  return async (bytes, reserve) => {
    try {
      const image = sharp(bytes, { failOn: 'error' });
      const about = await image.metadata();
      const refused = refusal(bytes, about);
      if (refused !== undefined) return refused;
      await reserve(about.width * about.height);
      const { data, info } = await image.autoOrient().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
      if (info.channels !== 3) return `${info.channels} channels`;
      return { width: info.width, height: info.height, interleaved: data };
    } catch (error) {
      return reasonOf(error);
    }
  };
}

/** Why a file cannot be read. */
export function readingFault(error: unknown): string {
  return `cannot be read (${systemCode(error) ?? messageOf(error)})`;
}
