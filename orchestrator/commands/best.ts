import path from 'node:path';
import { budgetText, costAxes, EXIT, ScalesweepError, type Budget, type CostAxis } from '../../contract/index.ts';
import { best as ask, whatIsMissing, type Best, type Corrected } from '../../results/index.ts';
import { cellTable, intervalText } from '../cli/cell-table.ts';
import { printJson, type Io } from '../cli/io.ts';
import { writeWhole } from '../cli/write-whole.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { warnOfAnswer } from '../launch/report/warn-of-answer.ts';
import { hasNothingToSay } from '../launch/no-results.ts';
import { readStore } from '../launch/store-access.ts';
import { countOf } from '../progress/words.ts';
import { confirmingGrid } from './confirm.ts';

export interface BestCommandOptions extends ScopedOptions {
  readonly maxFlops?: number;
  readonly maxTrainFlops?: number;
  readonly maxParams?: number;
  readonly maxStepMs?: number;
  readonly maxMemory?: number;
  /** Fresh seeds of the best cell to train. */
  readonly confirm?: number;
  /** With `confirm`: file of the grid. */
  readonly out?: string;
}

/** `scalesweep best`: chosen on minival, reported on test. */
export async function best(options: BestCommandOptions, io: Io): Promise<number> {
  const budget = budgetOf(options);
  const { confirm } = options;
  const found = await readStore(options.db, (store) => {
    if (hasNothingToSay(store, options, io)) return undefined;
    const answer = ask(store, { ...scopeOf(options), budget });
    warnOfAnswer(store, scopeOf(options), io);
    const axis = costAxes.find((name) => budget[name] !== undefined) ?? 'flops';
    const grid =
      answer.best === null || confirm === undefined ? undefined : confirmingGrid(store, answer.best, confirm, options);
    const missing = answer.best === null ? whatIsMissing(store, { ...scopeOf(options), axis }) : undefined;
    return { answer, missing, grid };
  });
  if (found === undefined) return EXIT.done;
  const { answer, missing, grid } = found;
  if (grid !== undefined) {
    if (options.json !== true) io.out(bestText(answer, missing, io.width));
    const file = options.out ?? path.join(path.dirname(options.db), 'confirm.yaml');
    writeWhole(file, grid);
    io.err(`Fresh seeds of the best cell: ${file}`);
    const { run } = await import('./run.ts');
    const { db, json } = options;
    return run(file, { db, threads: 1, ...(json === undefined ? {} : { json }) }, io);
  }
  if (options.json === true) {
    if (missing !== undefined) io.err(missing);
    printJson(io, answer);
  } else io.out(bestText(answer, missing, io.width));
  return EXIT.done;
}

/** @throws {ScalesweepError} NOT_FOUND when no measured cell is under the budget. */
function bestText(
  { budget, best, corrected, withinNoise, withinNoiseTotal, noise }: Best,
  missing: string | undefined,
  width?: number,
): string {
  if (best === null) {
    throw new ScalesweepError('NOT_FOUND', `Expected a measured cell with ${budgetText(budget)}, got none`, {
      hint: missing ?? 'scalesweep status says what is finished; scalesweep pareto shows what the cells cost.',
    });
  }
  const lines = [`Best with ${budgetText(budget)}:`, cellTable([best], width)];
  if (corrected !== null) lines.push(correctedText(corrected));
  if (withinNoise.length > 0) {
    lines.push(
      '',
      `${countOf(withinNoiseTotal, 'cell')} within noise of it${withinNoise.length < withinNoiseTotal ? `, of which ${withinNoise.length}` : ''}:`,
    );
    lines.push(cellTable(withinNoise, width));
  }
  if (noise === null) lines.push('', 'No cell has two seeds, so noise is unknown: smaller differences may be luck.');
  return lines.join('\n');
}

/** What the chosen cell is worth, and why that is another number than the table's. */
function correctedText({ minivalTop1, interval, among }: Corrected): string {
  const worth = `fresh seeds of it would give ${(100 * minivalTop1).toFixed(1)} % (${intervalText(interval)})`;
  if (among === 1) return `Corrected for the choice: ${worth}.`;
  return `Corrected for the choice of the highest, which is flattered: ${worth}.`;
}

function budgetOf(options: BestCommandOptions): Budget {
  const caps: Record<CostAxis, number | undefined> = {
    flops: options.maxFlops,
    trainFlops: options.maxTrainFlops,
    params: options.maxParams,
    memoryBytes: options.maxMemory,
    stepMs: options.maxStepMs,
  };
  return Object.fromEntries(Object.entries(caps).filter(([, cap]) => cap !== undefined));
}
