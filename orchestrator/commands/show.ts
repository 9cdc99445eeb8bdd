import { EXIT, formatSeconds } from '../../contract/index.ts';
import type { Attempt, TrialDetail } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { sparkline } from '../cli/sparkline.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { readStore } from '../launch/store-access.ts';
import { FULL_NAMES } from '../progress/trial-names.ts';
import { countOf, percent } from '../progress/words.ts';

/** `scalesweep show TRIAL`: all that the store knows of one trial. */
export async function show(prefix: string, options: StoreOptions, io: Io): Promise<number> {
  const detail = await readStore(options.db, (store) => store.trial(prefix));
  if (options.json === true) printJson(io, detail);
  else io.out(showText(detail, io.width));
  return EXIT.done;
}

/** In words; without the attempts where there are none. */
export function showText({ id, trial, state, result, attempts, epochs }: TrialDetail, width?: number): string {
  const what = trial === null ? 'imported' : FULL_NAMES.trial(trial.spec);
  const lines = [`trial ${id}: ${state}`, what];
  if (trial !== null) {
    const { model, data, engine } = trial.spec;
    lines.push(`${model.family} on ${data.name}, engine ${engine.name}`);
  }
  if (result !== null) {
    const { minivalTop1, testTop1, seconds } = result;
    lines.push(`${percent(minivalTop1)} minival, ${percent(testTop1)} test, trained in ${formatSeconds(seconds)}`);
  }
  const curve = epochs.map(({ minivalTop1 }) => minivalTop1);
  if (curve.some((value) => value !== null)) {
    const last = curve.findLast((value) => value !== null) ?? null;
    lines.push(`minival ${sparkline(curve, 40)} ${percent(last)} after ${countOf(epochs.length, 'epoch')}`);
  }
  if (attempts.length > 0) lines.push('', formatTable(attempts, COLUMNS, width));
  for (const { attempt, message, note } of attempts)
    for (const text of [message, note]) if (text !== null) lines.push(`attempt ${attempt}: ${text}`);
  return lines.join('\n');
}

const COLUMNS: readonly Column<Attempt>[] = [
  { head: 'attempt', value: ({ attempt }) => attempt },
  { head: 'outcome', value: ({ outcome, kind }) => (kind === null ? outcome : `${outcome}, ${kind}`), align: 'left' },
  { head: 'worker', value: ({ worker }) => worker, align: 'left' },
  { head: 'device', value: ({ device }) => device, align: 'left', rank: 1 },
  { head: 'from step', value: ({ resumedFromStep }) => resumedFromStep ?? '-', rank: 0 },
  {
    head: 'took',
    value: ({ startedAt, endedAt }) =>
      startedAt === null || endedAt === null ? '-' : formatSeconds(Math.max(0, endedAt - startedAt) / 1000),
    rank: 2,
  },
];
