/** The smallest inputs that once made a wrong answer, as result rows: test/findings/cases/. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../contract/index.ts';
import { readResults } from '../../results/import/index.ts';
import type { ResultRow } from '../../results/result-row.ts';
import { makeRow } from './planted-surface.ts';

export function caseRows(name: string): ResultRow[] {
  const file = path.join(packageRoot(), 'test', 'findings', 'cases', `${name}.csv`);
  const { results } = readResults(readFileSync(file, 'utf8'), file);
  return results.map((result) => makeRow({ ...result, source: 'imported', sweep: name }));
}
