/**
 * What a text that is no YAML was meant to be. A parser names the place where it gave up; the slip is often a line above. So the usual
 * slips are looked for around that place, and one is named when the text with its cure can be read.
 */
import { LINE_REPAIRS } from './line-repairs.ts';
import type { Place, Problem } from './problems.ts';

/** Lines above the parser's place in which the slip is looked for. */
const LINES_ABOVE = 12;
/** Slips named in one text. */
const MAX_SLIPS = 20;
/** Each cure is tried by reading the text again: a bigger one gets the parser's place alone. */
const MAX_LENGTH = 50_000;

/**
 * @param errorIn the place of the first syntax error of a text.
 * @returns `undefined` when no slip explains the first error.
 */
export function syntaxSlips(text: string, errorIn: (text: string) => Place | undefined): Problem[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const slips: Problem[] = [];
  let current = text;
  for (let error = errorIn(current); error !== undefined; error = errorIn(current)) {
    const found = slips.length < MAX_SLIPS ? firstCure(current, error, errorIn) : undefined;
    if (found === undefined) return slips.length === 0 ? undefined : slips;
    slips.push(found.problem);
    current = found.text;
  }
  return slips;
}

interface Cured {
  readonly problem: Problem;
  readonly text: string;
}

function firstCure(text: string, error: Place, errorIn: (text: string) => Place | undefined): Cured | undefined {
  const lines = text.split('\n');
  const at = Math.min(error.line, lines.length) - 1;
  let better: Cured | undefined;
  for (const { repair, everywhere } of LINE_REPAIRS) {
    for (const index of nearest(lines, at, everywhere === true)) {
      for (const { column, message, line } of repair(lines, index)) {
        const cured = lines.with(index, line).join('\n');
        const next = errorIn(cured);
        const found = { problem: { line: index + 1, column, message }, text: cured };
        if (next === undefined) return found;
        // With another slip further down, a cure shows by the error moving past its own line, and the lines that hang on it.
        if (index === at && next.line > error.line + 1) better ??= found;
      }
    }
  }
  return better;
}

/** The line of the error, those above it, the one below: or all of them. */
function nearest(lines: readonly string[], at: number, everywhere: boolean): number[] {
  const reach = everywhere ? at : Math.min(LINES_ABOVE, at);
  const above = Array.from({ length: reach + 1 }, (_, back) => at - back);
  return [...above, at + 1].filter((index) => /^\s*[^\s#]/.test(lines[index] ?? ''));
}
