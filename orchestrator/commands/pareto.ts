import { EXIT, type CostAxis } from '../../contract/index.ts';
import { pareto as ask, whatIsMissing } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { warnOfAnswer } from '../launch/report/warn-of-answer.ts';
import { hasNothingToSay } from '../launch/no-results.ts';
import { readStore } from '../launch/store-access.ts';
import { cellTable } from '../cli/cell-table.ts';

export interface ParetoCommandOptions extends ScopedOptions {
  readonly axis: CostAxis;
}

/** `scalesweep pareto`: by rising cost, so by rising accuracy. */
export async function pareto(options: ParetoCommandOptions, io: Io): Promise<number> {
  const question = { ...scopeOf(options), axis: options.axis };
  const found = await readStore(options.db, (store) => {
    if (hasNothingToSay(store, options, io)) return undefined;
    const answer = ask(store, question);
    warnOfAnswer(store, question, io);
    return { answer, missing: answer.front.length === 0 ? whatIsMissing(store, question) : undefined };
  });
  if (found === undefined) return EXIT.done;
  const { answer, missing } = found;
  if (missing !== undefined) io.err(missing);
  if (options.json === true) printJson(io, answer);
  else
    io.out(
      answer.front.length === 0
        ? 'No cells on the front.'
        : `Front on ${answer.axis}:\n${cellTable(answer.front, io.width)}`,
    );
  return EXIT.done;
}
