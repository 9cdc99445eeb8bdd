import { canonicalJson, ScalesweepError } from '../../contract/index.ts';
import { gridOfCells } from '../../findings/index.ts';
import { nextSeed, resultRows, type CellResult, type SqliteStore } from '../../results/index.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { countOf } from '../progress/words.ts';

/**
 * The grid of `best --confirm`: the chosen cell with seeds that took part in no choice, so that their mean needs no
 * correction. Made from the grid that the cell was trained by.
 *
 * @throws {ScalesweepError} `USAGE` where the cell was imported and has no recipe to continue with.
 */
export function confirmingGrid(store: SqliteStore, best: CellResult, seeds: number, options: ScopedOptions): string {
  const { width, depth, resolution, epochs, axes } = best;
  const row = [...resultRows(store, scopeOf(options))].find(
    (each) =>
      each.width === width &&
      each.depth === depth &&
      each.resolution === resolution &&
      each.epochs === epochs &&
      canonicalJson(each.axes) === canonicalJson(axes),
  );
  const sweep = store.sweep(row?.sweep ?? options.sweep);
  if (sweep.source === 'imported') {
    throw new ScalesweepError(
      'USAGE',
      `Expected a cell that was trained from a grid, got one of ${sweep.name}, imported`,
      {
        hint: 'Its results were trained elsewhere, so there is no recipe to continue with here: train more seeds of it there, and import them.',
      },
    );
  }
  const first = nextSeed(store, scopeOf(options));
  return gridOfCells(sweep.gridText, {
    question: `What is the best cell of ${sweep.name} worth on seeds that it was not chosen by?`,
    cost: countOf(seeds, 'trial'),
    note: `Chosen with a minival top-1 of ${(100 * best.minivalTop1).toFixed(2)} %.`,
    cells: [{ width, depth, resolution, epochs, ...axes }],
    seeds: Array.from({ length: seeds }, (_, i) => first + i),
  });
}
