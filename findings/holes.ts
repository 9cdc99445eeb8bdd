/** Cells that a grid leaves out between its own values. */
import type { MeasuredCell } from './cells.ts';
import { strategies, type Strategy, type WantedCell } from './finding.ts';

/**
 * A function from cells (of one setting) to the combinations of their widths, depths, resolutions and epochs that were
 * not trained. Answers are kept: many contrasts span the same values.
 */
export function makeHoles(all: readonly MeasuredCell[]): (cells: readonly MeasuredCell[]) => readonly WantedCell[] {
  const trained = new Set(all.map((cell) => nameOf(cell.setting, cell)));
  const known = new Map<string, readonly WantedCell[]>();
  return (cells) => {
    const [first] = cells;
    if (first === undefined) return [];
    const values = strategies.map((axis) => valuesOf(cells, axis));
    const key = `${values.map(String).join('|')}|${first.setting}`;
    let holes = known.get(key);
    if (holes === undefined) {
      holes = combinations(values, first.axes).filter((cell) => !trained.has(nameOf(first.setting, cell)));
      known.set(key, holes);
    }
    return holes;
  };
}

const nameOf = (setting: string, cell: WantedCell): string =>
  `${cell.width}|${cell.depth}|${cell.resolution}|${cell.epochs}|${setting}`;

const valuesOf = (cells: readonly MeasuredCell[], axis: Strategy): number[] =>
  [...new Set(cells.map((cell) => cell[axis]))].sort((a, b) => a - b);

function combinations(values: readonly (readonly number[])[], axes: WantedCell['axes']): WantedCell[] {
  const [widths, depths, resolutions, schedules] = values as [number[], number[], number[], number[]];
  return widths.flatMap((width) =>
    depths.flatMap((depth) =>
      resolutions.flatMap((resolution) => schedules.map((epochs) => ({ width, depth, resolution, epochs, axes }))),
    ),
  );
}
