/** Decodes JPEG and PNG by sharp, and says of a file that cannot be used why not. */
import { messageOf, ScalesweepError } from '../../../contract/index.ts';
import { systemCode } from '../../storage/disk-error.ts';

/** Upright 8-bit RGB, [height, width, 3] as sharp gives it. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly interleaved: Uint8Array;
}

/** The image, or the reason why it is none. */
export type Decode = (bytes: Uint8Array) => Promise<Decoded | string>;

/** The part of sharp that is used. */
interface Pipeline {
  metadata(): Promise<{
    readonly format?: string;
    readonly space?: string;
    readonly depth?: string;
    readonly hasAlpha?: boolean;
    readonly pages?: number;
  }>;
  autoOrient(): Pipeline;
  toColourspace(space: string): Pipeline;
  raw(): Pipeline;
  toBuffer(options: { readonly resolveWithObject: true }): Promise<{
    readonly data: Uint8Array;
    readonly info: { readonly width: number; readonly height: number; readonly channels: number };
  }>;
}
interface SharpModule {
  readonly default: (bytes: Uint8Array, options: { readonly failOn: 'error' }) => Pipeline;
}

/** Named by a variable because the package is optional: 20 MB of native code that only photographs need. */
const PACKAGE: string = 'sharp';

async function loadSharp(): Promise<SharpModule['default']> {
  try {
    return ((await import(PACKAGE)) as SharpModule).default;
  } catch (error) {
    throw new ScalesweepError(
      'DATASET_UNAVAILABLE',
      `Expected the package sharp, to decode photographs, got ${messageOf(error)}`,
      {
        hint: 'npm install sharp',
        cause: error,
      },
    );
  }
}

/** An animated PNG has an `acTL` chunk before its pixels; the decoder would show its first frame and say nothing. */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= view.length; at += 12 + view.readUInt32BE(at)) {
    const kind = view.toString('latin1', at + 4, at + 8);
    if (kind === 'acTL') return true;
    if (kind === 'IDAT') return false;
  }
  return false;
}

/** Why an image with this header is refused, or `undefined`. Grey ones are welcome. */
function refusal(bytes: Uint8Array, about: Awaited<ReturnType<Pipeline['metadata']>>): string | undefined {
  const { format = 'an unknown format', space, depth, hasAlpha, pages = 1 } = about;
  if (pages > 1) return 'animated';
  if (format !== 'jpeg' && format !== 'png') return `${format}, not JPEG or PNG`;
  if (format === 'png' && isAnimatedPng(bytes)) return 'animated';
  if (space === 'cmyk') return 'CMYK';
  if (depth !== 'uchar') return '16-bit';
  if (hasAlpha === true) return 'alpha channel';
  return undefined;
}

/** The decoder's many wordings, as few reasons. */
function reasonOf(error: unknown): string {
  const message = messageOf(error).toLowerCase();
  if (/premature end|truncated|out of order read|unexpected end|not enough data|libpng read error/.test(message))
    return 'truncated';
  if (/unsupported image format|empty|buffer is/.test(message)) return 'not an image';
  return `cannot be decoded: ${message.split('\n')[0]}`;
}

/** @throws {ScalesweepError} `DATASET_UNAVAILABLE` when the package sharp is not installed. */
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
