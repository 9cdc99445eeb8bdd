/** How large photographs are stored, and which part of them is shown when nothing is drawn at random. */
import type { Box } from '../resize.ts';

/** Evaluation shows the central 7/8 of the shorter side, as the paper's code does. */
const CROP_FRACTION = 0.875;

/** The shorter side that photographs must be stored with, to be shown at a resolution without enlarging them. */
export function storedSideFor(resolution: number): number {
  return Math.ceil(resolution / CROP_FRACTION);
}

/** The largest resolution at which an image with this shorter side is not enlarged. */
export function shownUpTo(shorterSide: number): number {
  return Math.floor(shorterSide * CROP_FRACTION);
}

/** The size with this shorter side and the same shape; smaller photographs stay as they are. */
export function storedSize(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.min(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The central square of {@link CROP_FRACTION} of the shorter side: brought to R pixels it is "resize to R / 0.875, crop R". */
export function centreCrop(width: number, height: number): Box {
  const side = Math.max(1, Math.round(Math.min(width, height) * CROP_FRACTION));
  return { left: Math.floor((width - side) / 2), top: Math.floor((height - side) / 2), width: side, height: side };
}
