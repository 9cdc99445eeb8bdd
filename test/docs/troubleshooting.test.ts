import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureKinds } from '../../contract/event.ts';
import { EXIT, packageRoot } from '../../contract/index.ts';
import { page } from './support/markdown.ts';

const { text } = page('docs/troubleshooting.md');

/** The first cells of a section's table; one may hold several names. */
function rowsOf(heading: string): string[] {
  const [, section = ''] = new RegExp(`^## ${heading}\\n([^]*?)(?=^## |$(?![^]))`, 'm').exec(text) ?? [];
  const cells = [...section.matchAll(/^\| ([^|]*) \|/gm)].map(([, cell]) => cell!);
  return cells.flatMap((cell) =>
    [...cell.matchAll(/`([\w-]+)`|^(\d+)$/g)].map(([, name, number]) => (name ?? number)!),
  );
}

/** A union of texts is no value, so its source is read. */
function errorCodes(): string[] {
  const source = readFileSync(path.join(packageRoot(), 'contract/errors.ts'), 'utf8');
  const [, union = ''] = /export type ErrorCode =([^]*?);/.exec(source) ?? [];
  return [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code!);
}

describe('docs/troubleshooting.md', () => {
  it('has every error code, and no other', () => {
    expect(errorCodes().length).toBeGreaterThan(15);
    expect(rowsOf('Errors by code').toSorted()).toEqual(errorCodes().toSorted());
  });

  it('has every exit code', () => expect(rowsOf('Exit codes')).toEqual(Object.values(EXIT).map(String)));

  it('has every kind of failure', () => expect(new Set(rowsOf('Failures of trials'))).toEqual(new Set(failureKinds)));
});
