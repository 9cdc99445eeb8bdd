import { EXIT, formatAmount } from '../../contract/index.ts';
import { axisText, isoflop as ask, whatIsMissing, type SliceCurve } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { warnOfAnswer } from '../launch/report/warn-of-answer.ts';
import { hasNothingToSay } from '../launch/no-results.ts';
import { readStore } from '../launch/store-access.ts';
import { countOf, percent } from '../progress/words.ts';
import { cellTable } from '../cli/cell-table.ts';

export interface IsoflopCommandOptions extends ScopedOptions {
  readonly flops: number;
  readonly axis: 'flops' | 'trainFlops';
  readonly tolerance: number;
}

/** Cells of the slice that are printed; `--json` has more. */
const ROWS = 12;

/** `scalesweep isoflop`: the slice of equal cost, and where along each dimension its optimum lies. */
export async function isoflop(options: IsoflopCommandOptions, io: Io): Promise<number> {
  const { flops, axis, tolerance } = options;
  const question = { ...scopeOf(options), flops, axis, tolerance };
  const found = await readStore(options.db, (store) => {
    if (hasNothingToSay(store, options, io)) return undefined;
    const answer = ask(store, question);
    warnOfAnswer(store, question, io);
    return { answer, missing: answer.sliceTotal === 0 ? whatIsMissing(store, question) : undefined };
  });
  if (found === undefined) return EXIT.done;
  const { answer, missing } = found;
  if (missing !== undefined) io.err(missing);
  if (options.json === true) {
    printJson(io, answer);
    return EXIT.done;
  }
  const within = `${(answer.tolerance * 100).toPrecision(2)} % of ${formatAmount(answer.target)} ${axis}`;
  io.out(`${countOf(answer.sliceTotal, 'cell')} within ${within}`);
  if (answer.slice.length > 0) io.out(cellTable(answer.slice.slice(0, ROWS), io.width));
  if (answer.curves.length > 0)
    io.out(
      `\nBest value along each dimension, the others paying for it:\n${formatTable(answer.curves, CURVE_COLUMNS)}`,
    );
  return EXIT.done;
}

const CURVE_COLUMNS: readonly Column<SliceCurve>[] = [
  { head: 'along', value: ({ along }) => along, align: 'left' },
  { head: 'held', value: ({ held }) => heldWords(held), align: 'left' },
  { head: 'points', value: ({ points }) => points.length },
  { head: 'best', value: ({ best }) => best.value },
  { head: 'minival', value: ({ best }) => percent(best.minivalTop1) },
  { head: 'parabola', value: ({ parabola }) => parabola?.value.toPrecision(3) ?? '-' },
  { head: 'power law', value: ({ powerLaw }) => powerLaw?.value.toPrecision(3) ?? '-' },
  { head: 'flags', value: ({ flags }) => flags.join(', '), align: 'left' },
];

function heldWords({ axes, ...rest }: SliceCurve['held']): string {
  return Object.entries({ ...rest, ...axes })
    .map(([axis, value]) => `${axis} ${axisText(value)}`)
    .join(', ');
}
