/** Tries the rules of a grid on its cells, before any trial is planned. */
import { GridError, type Problem } from '../read/problems.ts';
import type { GridProgram } from '../read/program.ts';
import { resolveCell } from './resolve.ts';

/** Cells tried whenever a file is read (0.1 s); the others, of a bigger grid, are tried when it is planned. */
export const TRIED_WHEN_READ = 20_000;

/** Problems after which the search for more stops. */
const MAX_PROBLEMS = 10;

/**
 * Tries the cells `from <= index < to`.
 *
 * @throws {GridError} with the first cell of every rule that gives a value which its setting does not take.
 */
export function tryCells(program: GridProgram, from: number, to: number): void {
  const problems = new Map<string, Problem>();
  for (let index = from; index < Math.min(program.space.size, to) && problems.size < MAX_PROBLEMS; index++) {
    try {
      resolveCell(program, index);
    } catch (error) {
      if (!(error instanceof GridError)) throw error;
      for (const problem of error.problems) {
        const place = `${problem.line}:${problem.column}`;
        if (!problems.has(place)) problems.set(place, problem);
      }
    }
  }
  if (problems.size > 0) throw new GridError(program.file, [...problems.values()]);
}
