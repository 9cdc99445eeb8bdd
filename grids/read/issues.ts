/** From what zod reports to problems with a place. */
import type { z } from 'zod';
import { cureOf } from './cures.ts';
import type { Path, Problem } from './problems.ts';
import type { YamlSource } from './yaml-source.ts';

export interface PathProblem extends Problem {
  readonly path: Path;
  /** Follows from a problem that is reported elsewhere, and is not shown. */
  readonly echo?: boolean;
  /** The key that a wrong one seems to stand for: it is not missing as well. */
  readonly meant?: string;
}

type Issue = z.core.$ZodIssue;

export function problemsOf(issues: readonly Issue[], source: YamlSource): PathProblem[] {
  const found = issues.flatMap((issue) => flatten(issue, []));
  // A misspelt key is also a missing one: it is reported once, where it is misspelt.
  const misspelt = new Set(
    found.filter(({ key }) => key).map(({ path, message }) => String([...path.slice(0, -1), meantBy(message)])),
  );
  return found.map(({ path, message, key }) => {
    const meant = key ? (meantBy(message) ?? String(path.at(-1))) : undefined;
    return {
      path,
      message: key ? message : `${message}${cureAt(source, path)}`,
      echo: !key && misspelt.has(String(path)),
      ...(meant === undefined ? {} : { meant }),
      ...(key ? source.placeOfKey(path) : source.placeOf(path)),
    };
  });
}

function meantBy(message: string): string | undefined {
  return /(?:did you mean|^Expected|space after) `(\w+)/.exec(message)?.[1];
}

/** The end of a message about the value at a path. */
export function cureAt(source: YamlSource, path: Path): string {
  const written = source.writtenAt(path);
  return written === undefined ? '' : cureOf(written);
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
    const [meant] = issue.errors
      .filter((issues) => issues.every((inner) => isInside(inner)))
      .sort((a, b) => a.length - b.length);
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
