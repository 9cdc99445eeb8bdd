/**
 * The cells that axes span, by number: a space knows its size and can make any cell from its index, so a grid of a million
 * cells is walked without being held. The first axis written varies slowest.
 */
import type { AxisValue } from '../cell.ts';

export type Assignment = Record<string, AxisValue>;

export interface Space {
  /** Cells, duplicates included. */
  readonly size: number;
  /** Names that every cell has. */
  readonly always: ReadonlySet<string>;
  /** Names that some cell has. */
  readonly names: ReadonlySet<string>;
  /** Whether two cells may be equal: only lists can overlap. */
  readonly overlaps: boolean;
  /** Writes the cell with an index (0 <= index < size) into an assignment. */
  assign(index: number, into: Assignment): void;
}

export function axisSpace(name: string, values: readonly AxisValue[]): Space {
  const names = new Set([name]);
  return {
    size: values.length,
    always: names,
    names,
    overlaps: false,
    assign: (index, into) => {
      into[name] = values[index]!;
    },
  };
}

/** All combinations of the cells of its parts. No parts: the one cell that assigns nothing. */
export function productSpace(parts: readonly Space[]): Space {
  return {
    size: parts.reduce((size, part) => size * part.size, 1),
    always: new Set(parts.flatMap((part) => [...part.always])),
    names: new Set(parts.flatMap((part) => [...part.names])),
    overlaps: parts.some((part) => part.overlaps),
    assign: (index, into) => {
      let rest = index;
      for (let i = parts.length - 1; i >= 0; i--) {
        const part = parts[i]!;
        part.assign(rest % part.size, into);
        rest = Math.floor(rest / part.size);
      }
    },
  };
}

/** The values of several axes side by side; all columns are equally long. */
export function zipSpace(columns: ReadonlyMap<string, readonly AxisValue[]>): Space {
  const names = new Set(columns.keys());
  const [first] = columns.values();
  return {
    size: first?.length ?? 0,
    always: names,
    names,
    overlaps: false,
    assign: (index, into) => {
      for (const [name, values] of columns) into[name] = values[index]!;
    },
  };
}

/** The cells of its parts, one part after the other. */
export function listSpace(parts: readonly Space[]): Space {
  const [first, ...others] = parts;
  return {
    size: parts.reduce((size, part) => size + part.size, 0),
    always: new Set([...(first?.always ?? [])].filter((name) => others.every((part) => part.always.has(name)))),
    names: new Set(parts.flatMap((part) => [...part.names])),
    overlaps: parts.length > 1 || parts.some((part) => part.overlaps),
    assign: (index, into) => {
      let rest = index;
      for (const part of parts) {
        if (rest < part.size) {
          part.assign(rest, into);
          return;
        }
        rest -= part.size;
      }
    },
  };
}
