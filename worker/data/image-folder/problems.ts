/** A file, or a folder, that cannot be used as it is. */
export interface Problem {
  /** Relative to the dataset's folder. */
  readonly path: string;
  /** Such as `truncated` or `16-bit`: problems of one reason are listed together. */
  readonly reason: string;
  /** Path of another file with the same content. */
  readonly copyOf?: string | undefined;
}

/** More paths of one reason than anybody reads. */
const MOST_LISTED = 200;

/** By reason, the most frequent first. */
function byReason(problems: readonly Problem[]): [reason: string, found: Problem[]][] {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const known = groups.get(problem.reason);
    if (known === undefined) groups.set(problem.reason, [problem]);
    else known.push(problem);
  }
  return [...groups].sort(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1));
}

/** One summary of all problems: by reason, each path named. */
export function summarise(problems: readonly Problem[]): string {
  return byReason(problems)
    .map(([reason, found]) => {
      const listed = found
        .slice(0, MOST_LISTED)
        .map(({ path, copyOf }) => (copyOf === undefined ? path : `${path} (= ${copyOf})`))
        .join(', ');
      const more = found.length > MOST_LISTED ? `, and ${found.length - MOST_LISTED} more` : '';
      return `\n  - ${reason} (${found.length}): ${listed}${more}`;
    })
    .join('');
}

/** `truncated 2, 16-bit 1`. */
export function countReasons(problems: readonly Problem[]): string {
  return byReason(problems)
    .map(([reason, found]) => `${reason} ${found.length}`)
    .join(', ');
}
