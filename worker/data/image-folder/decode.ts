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

/** The image, or the reason why it cannot be used. */
export type Decode = (bytes: Uint8Array) => Promise<Decoded | string>;

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

/** Why an image with this header is refused, or `undefined`. Grey images are accepted. */
function refusal(bytes: Uint8Array, about: Metadata): string | undefined {
  const { format, space, depth, hasAlpha, pages = 1 } = about;
  if (pages > 1) return 'animated';
  if (format !== 'jpeg' && format !== 'png') return `${format}, not JPEG or PNG`;
  if (format === 'png' && isAnimatedPng(bytes)) return 'animated';
  if (space === 'cmyk') return 'CMYK';
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
  return async (bytes) => {
    try {
      const image = sharp(bytes, { failOn: 'error' });
      const refused = refusal(bytes, await image.metadata());
      if (refused !== undefined) return refused;
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
