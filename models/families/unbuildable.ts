/** What every family checks before it builds: legality that is the same for all. */
import { ScalesweepError } from '../../contract/index.ts';

/** `rule` reads "expected ..., got ...": a plan cuts the cell and shows it. */
export function unbuildable(rule: string): ScalesweepError {
  return new ScalesweepError('MODEL_UNBUILDABLE', `Network cannot be built: ${rule}`);
}

/**
 * Channels times the width multiplier, rounded to the nearest whole number.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE` when none is left.
 */
export function scaledChannels(channels: number, width: number): number {
  const rounded = Math.round(channels * width);
  if (rounded < 1)
    throw unbuildable(`expected at least 1 channel, got ${channels} x width ${width} = ${channels * width}`);
  return rounded;
}

/**
 * The image must not shrink below one pixel before the last stage, each stage but the first halving it.
 *
 * @param stemStride By how much the stem shrinks the image.
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE`
 */
export function requireResolution(resolution: number, stemStride: number, stages: number): void {
  const smallest = stemStride * 2 ** (stages - 1);
  if (resolution < smallest) {
    throw unbuildable(`expected a resolution of at least ${smallest} for ${stages} stages, got ${resolution}`);
  }
}
