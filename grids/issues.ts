/** From what zod reports to problems with a place. */
import type { z } from 'zod';
import type { Path, Problem } from './problems.ts';
import type { YamlSource } from './yaml-source.ts';

export interface PathProblem extends Problem {
  readonly path: Path;
}

type Issue = z.core.$ZodIssue;

export function problemsOf(issues: readonly Issue[], source: YamlSource): PathProblem[] {
  return issues
    .flatMap((issue) => flatten(issue, []))
    .map(({ path, message, key }) => ({
      path,
      message,
      ...(key ? source.placeOfKey(path) : source.placeOf(path)),
    }));
}

interface Flat {
  readonly path: Path;
  readonly message: string;
  /** The key is wrong, not its value. */
  readonly key: boolean;
}

function flatten(issue: Issue, parent: Path): Flat[] {
  const path = [...parent, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      message: messages[index] ?? issue.message,
      key: true,
    }));
  }
  if (issue.code === 'invalid_union') {
    // The alternative that the author meant is the one of the right kind: its complaints are about what is inside.
    const meant = issue.errors.find((issues) => issues.length > 0 && issues.every((inner) => isInside(inner)));
    if (meant !== undefined) return meant.flatMap((inner) => flatten(inner, path));
  }
  return [{ path, message: issue.message, key: false }];
}

function isInside(issue: Issue): boolean {
  return (
    issue.path.length > 0 ||
    (issue.code !== 'invalid_type' && issue.code !== 'invalid_union' && issue.code !== 'invalid_value')
  );
}
