import { ScalesweepError } from '../../contract/index.ts';
import { separatingGrid, type Finding } from '../../findings/index.ts';
import type { SqliteStore } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import { writeWhole } from '../cli/write-whole.ts';
import { countOf } from '../progress/words.ts';

interface SeparateOptions {
  /** A finding's id. */
  readonly id: string;
  readonly sweep?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/**
 * `scalesweep findings --separate`: the trials that would separate a finding, as a grid made from that of its sweep.
 *
 * @throws {ScalesweepError} `NOT_FOUND` for an unknown finding, `USAGE` where nothing would separate it, or where the sweep
 * was imported and has no grid.
 */
export function separate(store: SqliteStore, findings: readonly Finding[], options: SeparateOptions, io: Io): void {
  const finding = findings.find(({ id }) => id === options.id);
  if (finding === undefined) {
    const open = findings.filter(({ wouldSeparate }) => (wouldSeparate?.trials ?? 0) > 0).map(({ id }) => id);
    throw new ScalesweepError('NOT_FOUND', `Expected the id of a finding, got '${options.id}'`, {
      hint:
        open.length === 0
          ? 'No finding of these results would be separated by more trials.'
          : `Those that more trials would separate: ${open.join(', ')}`,
    });
  }
  const sweep = store.sweep(options.sweep);
  if (sweep.source === 'imported') {
    throw new ScalesweepError('USAGE', `Expected a sweep that was trained from a grid, got ${sweep.name}, imported`, {
      hint: 'Its results were trained elsewhere, so there is no recipe to continue with here.',
    });
  }
  const grid = separatingGrid(sweep.gridText, finding);
  if (options.out !== undefined) {
    writeWhole(options.out, grid);
    io.err(`${countOf(finding.wouldSeparate!.trials, 'trial')} in ${options.out}: scalesweep run ${options.out}`);
  }
  const { trials, trainFlops } = finding.wouldSeparate!;
  if (options.json === true)
    printJson(io, { finding: finding.id, trials, trainFlops, grid, file: options.out ?? null });
  else if (options.out === undefined) io.out(grid.trimEnd());
}
