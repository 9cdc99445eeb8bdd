/** A real dataset on disk that any engine can open by name: 64 training and 30 test images of 8 x 8 in three classes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { random, type DataSpec } from '../../../contract/index.ts';

export const TINY_DATA: DataSpec = { name: 'tiny', identity: 'tiny/1', trainImages: 44, minivalImages: 20 };

const SIDE = 8;
const VALUES = SIDE * SIDE * 3;
const CLASSES = ['ant', 'bee', 'cat'] as const;

/** Writes it into a dataset cache (`SCALESWEEP_DATA`): a pattern for each class, and noise. */
export async function writeTinyFolder(cacheDir: string, images = { train: 64, test: 30 }): Promise<void> {
  const draw = random(1, 'tiny folder');
  const patterns = CLASSES.map(() => Array.from({ length: VALUES }, () => draw.next() * 255));
  const folder = path.join(cacheDir, TINY_DATA.name);
  for (const [split, count] of Object.entries(images)) {
    for (const name of CLASSES) mkdirSync(path.join(folder, split, name), { recursive: true });
    for (let i = 0; i < count; i++) {
      const label = i % CLASSES.length;
      const pixels = Uint8Array.from(patterns[label]!, (value) =>
        Math.max(0, Math.min(255, Math.round(value + 60 * draw.normal()))),
      );
      const file = path.join(folder, split, CLASSES[label]!, `${i}.png`);
      await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } }).toFile(file);
    }
  }
  const settings = { resolution: SIDE, identity: TINY_DATA.identity };
  writeFileSync(path.join(folder, 'dataset.json'), JSON.stringify(settings));
}
