/** Forms of messages, derived from the tables: what a worker reports, and what a trainer of the user's own does. */
import type { z } from 'zod';

type Checked<C extends string> = { readonly name: string } & { readonly [K in C]?: z.ZodType };

/** Field by field the check that each row has in `C`; rows without one are left out. */
type Shape<R extends Checked<C>, C extends 'wire' | 'trainer'> = {
  [Row in R as Row extends { readonly [K in C]: z.ZodType } ? Row['name'] : never]: Row extends {
    readonly [K in C]: infer Check;
  }
    ? Check
    : never;
};

export function shapeOf<R extends Checked<C>, C extends 'wire' | 'trainer'>(rows: readonly R[], check: C): Shape<R, C> {
  const entries = rows.flatMap((row) => (row[check] === undefined ? [] : [[row.name, row[check]] as const]));
  return Object.fromEntries(entries) as Shape<R, C>;
}
