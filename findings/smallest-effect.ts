/**
 * The smallest effect that matters, near the ceiling. A tenth of a point is nothing at 75 %, and most of the error at 99.9 %:
 * below 10 % error the threshold shrinks with the error, so that 0.1 points stand for a hundredth of it.
 */
import { errorOf } from './arms.ts';
import type { MeasuredCell } from './cells.ts';
import type { Contrast } from './contrast.ts';

const FULL_FROM_ERROR = 0.1;

/** Points that matter between some cells, where `points` do at an error of 10 % or more. */
export function effectThatMatters(points: number, cells: readonly MeasuredCell[]): number {
  if (cells.length === 0) return points;
  const error = cells.reduce((sum, cell) => sum + errorOf(cell), 0) / cells.length;
  return points * Math.min(1, error / FULL_FROM_ERROR);
}

export function contrastThatMatters(points: number, contrast: Contrast, cells: readonly MeasuredCell[]): number {
  return effectThatMatters(
    points,
    Array.from(contrast.cells, (index) => cells[index]!),
  );
}
