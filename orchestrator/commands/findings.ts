import { EXIT } from '../../contract/index.ts';
import { computeFindings, type Finding } from '../../results/findings/index.ts';
import { epochCurves, resultRows } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { readStore } from '../launch/read-store.ts';

export interface FindingsCommandOptions extends ScopedOptions {
  readonly seed: number;
  readonly smallestEffect: number;
}

/** `scalesweep findings`: every claim that the results can say something about, and what to do next. */
export async function findings(options: FindingsCommandOptions, io: Io): Promise<number> {
  const { seed, smallestEffect } = options;
  const report = await readStore(options.db, (store) =>
    computeFindings(resultRows(store, scopeOf(options)), {
      seed,
      smallestEffect,
      curves: epochCurves(store, scopeOf(options)),
    }),
  );
  if (options.json === true) {
    printJson(io, report);
    return EXIT.done;
  }
  io.out(
    report.findings.length === 0
      ? 'The results cannot tell anything apart yet.'
      : formatTable(report.findings, COLUMNS),
  );
  io.out(`\n${report.recommendation.text}`);
  for (const limit of [...report.recommendation.limits, ...report.limits]) io.out(`- ${limit}`);
  return EXIT.done;
}

/** `points of top-1 per doubling of FLOPs` as `pt/doubling`: the axis and the finding's name say the rest. */
function shortUnit(unit: string): string {
  return unit
    .replace('points of top-1', 'pt')
    .replace(/ per doubling of .*/, '/doubling')
    .replace(/,.*/, '');
}

const COLUMNS: readonly Column<Finding>[] = [
  { head: 'finding', value: ({ slug }) => slug, align: 'left' },
  { head: 'axis', value: ({ axis }) => axis, align: 'left' },
  {
    head: 'at',
    value: ({ scope }) =>
      Object.entries(scope)
        .map(([what, value]) => `${what} ${Array.isArray(value) ? value.join(' to ') : String(value)}`)
        .join(', '),
    align: 'left',
  },
  { head: 'effect', value: ({ effect, unit }) => (effect === null ? '-' : `${effect.toFixed(2)} ${shortUnit(unit)}`) },
  {
    head: '95 % interval',
    value: ({ interval }) => (interval === null ? '-' : interval.map((end) => end.toFixed(2)).join(' to ')),
  },
  { head: 'pairs', value: ({ pairs }) => pairs },
  { head: 'verdict', value: ({ verdict }) => verdict, align: 'left' },
];
