/** Problems of a grid file: each with its place, what was expected and what was given; all of them, not the first. */
import { ScalesweepError } from '../../contract/index.ts';

/** Where a value sits in the parsed file: keys and list positions from the root. */
export type Path = readonly (string | number)[];

/** A position in the text, 1-based. Columns count UTF-16 units, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Place {
  readonly message: string;
}

/** Lines of a message; more problems than that are one mistake repeated. */
const MAX_SHOWN = 40;

/** A grid file that cannot be used. The message holds one line per problem, `file:line:column: expected ..., got ...`. */
export class GridError extends ScalesweepError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[], hint?: string) {
    const ordered = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    const lines = ordered.map((problem) => `${file}:${problem.line}:${problem.column}: ${problem.message}`);
    const more = lines.length > MAX_SHOWN ? [`and ${lines.length - MAX_SHOWN} more`] : [];
    super('GRID_INVALID', [...lines.slice(0, MAX_SHOWN), ...more].join('\n'), {
      hint:
        hint ??
        `Correct ${lines.length === 1 ? 'this' : `these ${lines.length} places`} and run the command again; nothing was written.`,
    });
    this.name = 'GridError';
    this.problems = ordered;
  }
}

/** How a value of the file is named in a message. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
  if (typeof value === 'string')
    return value === '' ? 'an empty text' : JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}

/** More names than this help nobody. */
export const MAX_LISTED = 16;

/** All of a few names; of many, the first ones. */
export function someOf(names: readonly string[]): string {
  return names.length <= MAX_LISTED ? listed(names) : `${names.slice(0, 6).join(', ')} or ${names.length - 6} others`;
}

/** `a, b or c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
