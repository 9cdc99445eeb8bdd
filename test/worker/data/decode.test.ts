import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { random } from '../../../contract/index.ts';
import { makeDecoder, type Decoded } from '../../../worker/data/image-folder/decode.ts';
import { fetchDataset, openDataset, closeDatasets } from '../../../worker/data/index.ts';
import { writeFolder } from './photographs.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporary = temporaryFolders();

const [WIDTH, HEIGHT] = [24, 16];

/** A smooth picture, so that JPEG keeps it nearly as it is. */
function draw(seed = 1): Sharp {
  const noise = random(seed);
  const [dx, dy, base] = [noise.next() * 4, noise.next() * 4, 40 + noise.below(60)];
  const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
    const at = Math.floor(i / 3);
    return base + dx * (at % WIDTH) + dy * Math.floor(at / WIDTH) + 10 * (i % 3);
  });
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

/** A PNG with an `acTL` chunk after its header: what an animated PNG announces itself by. */
function animated(png: Buffer): Buffer {
  const chunk = Buffer.alloc(20);
  chunk.writeUInt32BE(8, 0);
  chunk.write('acTL', 4, 'latin1');
  chunk.writeUInt32BE(2, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 16)), 16);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

async function animatedGif(): Promise<Buffer> {
  const frame = (grey: number): Uint8Array => new Uint8Array(8 * 8 * 3).fill(grey);
  const frames = Buffer.concat([frame(10), frame(200)]);
  return sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
    .gif()
    .toBuffer();
}

function deep(): Sharp {
  const pixels = new Uint16Array(8 * 8 * 3).fill(40_000);
  return sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } });
}

describe('a photograph', () => {
  const decode = async (bytes: Uint8Array) => (await makeDecoder())(bytes, async () => undefined);
  const decoded = async (bytes: Uint8Array): Promise<Decoded> => {
    const result = await decode(bytes);
    if (typeof result === 'string') throw new Error(result);
    return result;
  };

  it.each([
    ['PNG', () => draw().png().toBuffer(), 0],
    ['JPEG', () => draw().jpeg({ quality: 100 }).toBuffer(), 4],
    ['progressive JPEG', () => draw().jpeg({ quality: 100, progressive: true }).toBuffer(), 4],
  ])('as %s gives its pixels', async (_, make, tolerance) => {
    const reference = await decoded(await draw().png().toBuffer());
    const { width, height, interleaved } = await decoded(await make());
    expect([width, height, interleaved.length]).toEqual([WIDTH, HEIGHT, WIDTH * HEIGHT * 3]);
    interleaved.forEach((byte, i) => expect(Math.abs(byte - reference.interleaved[i]!)).toBeLessThanOrEqual(tolerance));
  });

  it('that is grey becomes red, green and blue alike', async () => {
    const { interleaved } = await decoded(await draw().grayscale().jpeg().toBuffer());
    expect(interleaved).toHaveLength(WIDTH * HEIGHT * 3);
    for (let i = 0; i < interleaved.length; i += 3) {
      expect([interleaved[i + 1], interleaved[i + 2]]).toEqual([interleaved[i], interleaved[i]]);
    }
  });

  it('of four inks (CMYK), as 22 of ImageNet are, becomes red, green and blue', async () => {
    const [red, green, blue] = [150, 110, 90];
    const patch = sharp({ create: { width: 16, height: 16, channels: 3, background: { r: red, g: green, b: blue } } });
    const inks = await patch.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(inks).metadata()).space).toBe('cmyk');
    const { interleaved } = await decoded(inks);
    expect(interleaved).toHaveLength(16 * 16 * 3);
    [red, green, blue].forEach((value, i) => expect(Math.abs(interleaved[i]! - value)).toBeLessThan(16));
  });

  it('asks for memory before any pixel is decoded, by the size in its header', async () => {
    const asked: number[] = [];
    const makeRoom = async (pixels: number): Promise<void> => void asked.push(pixels);
    await (
      await makeDecoder()
    )(await draw().png().toBuffer(), makeRoom);
    expect(asked).toEqual([WIDTH * HEIGHT]);
  });

  it('that was taken sideways is turned upright', async () => {
    const { width, height } = await decoded(await draw().withMetadata({ orientation: 6 }).jpeg().toBuffer());
    expect([width, height]).toEqual([HEIGHT, WIDTH]);
  });

  it.each([
    ['a truncated JPEG', async () => cut(await draw().jpeg().toBuffer()), 'truncated'],
    ['a truncated PNG', async () => cut(await noisy().png().toBuffer()), 'truncated'],
    ['a 16-bit PNG', () => deep().toColourspace('rgb16').png().toBuffer(), '16-bit'],
    ['a PNG with alpha', () => draw().ensureAlpha().png().toBuffer(), 'alpha channel'],
    ['an animated PNG', async () => animated(await draw().png().toBuffer()), 'animated'],
    ['an animated GIF', animatedGif, 'animated'],
    ['a still GIF', () => draw().gif().toBuffer(), 'gif, not JPEG or PNG'],
    ['a WebP', () => draw().webp().toBuffer(), 'webp, not JPEG or PNG'],
    ['a text file', async () => Buffer.from('not an image at all'), 'not an image'],
    ['an empty file', async () => Buffer.alloc(0), 'not an image'],
    [
      'a lone JPEG header',
      async () => Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
      expect.stringMatching(/truncated|cannot be decoded|not an image/),
    ],
  ])('that is %s is refused by its reason', async (_, make, reason) => {
    expect(await decode(await make())).toEqual(reason);
  });

  it('trains from a folder of JPEG and PNG, the bad ones named', async () => {
    const cacheDir = temporary();
    const files: Record<string, Uint8Array | string> = { 'dataset.json': '{"badImages": "skip", "resolution": 14}' };
    for (const [label, name] of ['ant', 'bee'].entries()) {
      for (let i = 0; i < 6; i++) {
        const drawing = draw(10 * label + i);
        files[`train/${name}/${i}.jpg`] = await drawing.jpeg().toBuffer();
        files[`test/${name}/${i}.png`] = await draw(100 + 10 * label + i)
          .png()
          .toBuffer();
      }
    }
    // A format is told by the content: ImageNet has such a file.
    files['train/ant/5.JPEG'] = await draw(15).png().toBuffer();
    delete files['train/ant/5.jpg'];
    files['train/ant/torn.jpg'] = cut(await draw(50).jpeg().toBuffer());
    writeFolder(path.join(cacheDir, 'insects'), files);
    const log: string[] = [];
    const options = { cacheDir, log: (line: string) => log.push(line) };
    const { identity, photographs } = await fetchDataset('insects', options);
    expect(photographs).toMatchObject({ classes: ['ant', 'bee'], trainImages: 12, testImages: 12 });
    expect(log.at(-1)).toBe('insects: left out 1:\n  - truncated (1): train/ant/torn.jpg');
    const data = { name: 'insects', identity, trainImages: 8, minivalImages: 4 };
    const dataset = await openDataset(data, { resolution: 14, channels: 3, classes: 2 }, options);
    expect([dataset.train.count, dataset.minival.count, dataset.test.count]).toEqual([8, 4, 12]);
    expect(dataset.test.original(0)).toMatchObject({ width: WIDTH, height: HEIGHT });
    expect(readFileSync(path.join(cacheDir, 'insects/prepared/photographs-16.bin')).length).toBeGreaterThan(24 * 1152);
    closeDatasets();
  });
});

const cut = (bytes: Buffer): Buffer => bytes.subarray(0, Math.floor(bytes.length * 0.7));

/** Does not compress: most of the file is pixels. */
function noisy(): Sharp {
  const noise = random(3);
  const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, () => noise.below(256));
  return sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } });
}
