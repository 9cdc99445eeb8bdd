import { EXIT, type CostAxis } from '../../contract/index.ts';
import { pareto as ask } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { readStore } from '../launch/store-access.ts';
import { cellTable } from '../cli/cell-table.ts';

export interface ParetoCommandOptions extends ScopedOptions {
  readonly axis: CostAxis;
}

/** `scalesweep pareto`: by rising cost, so by rising accuracy. */
export async function pareto(options: ParetoCommandOptions, io: Io): Promise<number> {
  const answer = await readStore(options.db, (store) => ask(store, { ...scopeOf(options), axis: options.axis }));
  if (options.json === true) printJson(io, answer);
  else
    io.out(
      answer.front.length === 0
        ? 'No cell is measured yet.'
        : `Front on ${answer.axis}:\n${cellTable(answer.front, io.width)}`,
    );
  return EXIT.done;
}
