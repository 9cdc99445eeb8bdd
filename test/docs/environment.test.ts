import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { page } from './support/markdown.ts';

const SOURCES = [
  'contract',
  'models',
  'compiler',
  'grids',
  'results',
  'findings',
  'report',
  'worker',
  'orchestrator',
  'bench',
];

/** The project's own variables, and others that are read as `env['NAME']`, in its code. */
function namesInCode(): Set<string> {
  const files = SOURCES.flatMap((room) =>
    readdirSync(path.join(packageRoot(), room), { recursive: true, encoding: 'utf8' }).map((file) =>
      path.join(room, file),
    ),
  ).filter((file) => /\.(ts|mjs)$/.test(file));
  const text = [...files, 'docker-compose.yml', 'Dockerfile']
    .map((file) => readFileSync(path.join(packageRoot(), file), 'utf8'))
    .join('\n');
  const own = [...text.matchAll(/\bSCALESWEEP_[A-Z]+(?:_[A-Z]+)*\b/g)].map(([name]) => name);
  const others = [...text.matchAll(/env(?:ironment)?\['([A-Z][A-Z_0-9]+)'\]/g)].map(([, name]) => name!);
  return new Set([...own, ...others]);
}

/** The first column of a table may name several. */
function namesOnPage(): Set<string> {
  const cells = [...page('docs/environment.md').text.matchAll(/^\| (`[A-Z][^|]*) \|/gm)].map(([, cell]) => cell!);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([A-Z][A-Z_0-9]+)`/g)].map(([, name]) => name!)));
}

/** Passed on to a program of the system so that it is found. */
const NOT_OURS = new Set(['PATH']);

describe('docs/environment.md', () => {
  it('has every variable that the code reads', () => {
    const listed = namesOnPage();
    expect([...namesInCode()].filter((name) => !listed.has(name) && !NOT_OURS.has(name))).toEqual([]);
  });

  it('has no variable of the project that the code does not know', () => {
    const inCode = namesInCode();
    expect([...namesOnPage()].filter((name) => name.startsWith('SCALESWEEP_') && !inCode.has(name))).toEqual([]);
  });
});
