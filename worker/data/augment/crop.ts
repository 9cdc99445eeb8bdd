import type { Random } from '../../../contract/index.ts';
import type { Box } from '../resize.ts';

const AREA = [0.08, 1] as const;
const ASPECT = [3 / 4, 4 / 3] as const;
const ATTEMPTS = 10;

const between = (source: Random, low: number, high: number): number => low + (high - low) * source.next();

/**
 * A random resized crop (Szegedy et al. 2015): area uniform in 0.08-1 of the image's, width over height log-uniform in
 * 3/4-4/3, anywhere in the image. Boxes that do not fit are drawn again; after ten, the largest central box whose aspect is
 * within bounds.
 */
export function drawCrop(width: number, height: number, source: Random): Box {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = width * height * between(source, ...AREA);
    const aspect = Math.exp(between(source, Math.log(ASPECT[0]), Math.log(ASPECT[1])));
    const w = Math.round(Math.sqrt(area * aspect));
    const h = Math.round(Math.sqrt(area / aspect));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return { left: source.below(width - w + 1), top: source.below(height - h + 1), width: w, height: h };
  }
  const w = Math.max(1, Math.min(width, Math.round(height * ASPECT[1])));
  const h = Math.max(1, Math.min(height, Math.round(width / ASPECT[0])));
  return { left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2), width: w, height: h };
}
