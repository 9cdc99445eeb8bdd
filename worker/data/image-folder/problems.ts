/** A file, or a folder, that cannot be used as it is. */
export interface Problem {
  /** Relative to the dataset's folder. */
  readonly path: string;
  /** Such as `truncated` or `CMYK`: problems of one reason are listed together. */
  readonly reason: string;
}

/** More paths of one reason than anybody reads. */
const MOST_LISTED = 200;

/** One summary of all problems: by reason, the most frequent first, each path named. */
export function summarise(problems: readonly Problem[]): string {
  const byReason = new Map<string, string[]>();
  for (const { path, reason } of problems) byReason.set(reason, [...(byReason.get(reason) ?? []), path]);
  return [...byReason]
    .sort(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1))
    .map(([reason, paths]) => {
      const listed = paths.slice(0, MOST_LISTED).join(', ');
      const more = paths.length > MOST_LISTED ? `, and ${paths.length - MOST_LISTED} more` : '';
      return `\n  - ${reason} (${paths.length}): ${listed}${more}`;
    })
    .join('');
}
