/** Made-up photographs in a format of the test's own, so that packing can be tested without a decoder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { random } from '../../../contract/index.ts';
import type { Decode } from '../../../worker/data/image-folder/decode.ts';

/** A file that decodes to noise of this size, about as bright as told. */
export const photograph = (width: number, height: number, seed: number, brightness = 100): string =>
  JSON.stringify({ width, height, seed, brightness });

export const decodeMadeUp: Decode = async (bytes) => {
  const text = Buffer.from(bytes).toString();
  if (!text.startsWith('{')) return text;
  const { width, height, seed, brightness } = JSON.parse(text) as Record<string, number>;
  const noise = random(seed!);
  const interleaved = Uint8Array.from({ length: width! * height! * 3 }, () => brightness! + noise.below(40));
  return { width: width!, height: height!, interleaved };
};

/** Writes files, by path below the folder. */
export function writeFolder(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
}

/** Three classes of `train` and `test` photographs each; no two alike, brightness by class. */
export function threeClasses(
  train: number,
  test: number,
  size: readonly [number, number] = [20, 14],
): Record<string, string> {
  const files: Record<string, string> = {};
  ['ant', 'bee', 'cat'].forEach((name, label) => {
    for (const [split, count] of Object.entries({ train, test })) {
      for (let i = 0; i < count; i++) {
        files[`${split}/${name}/${i}.jpg`] = photograph(
          ...size,
          1000 * label + i + (split === 'test' ? 500 : 0),
          60 * label + 20,
        );
      }
    }
  });
  return files;
}
