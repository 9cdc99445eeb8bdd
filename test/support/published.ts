/** The published tables as result rows. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../contract/index.ts';
import { readResults } from '../../results/import/index.ts';
import type { ResultRow } from '../../results/result-row.ts';
import { makeRow } from './planted-surface.ts';

export const publishedFile = (name: string): string => path.join(packageRoot(), 'results', 'published', name);

export function publishedRows(name: string): ResultRow[] {
  const { results } = readResults(readFileSync(publishedFile(name), 'utf8'), name);
  return results.map((result) => makeRow({ ...result, source: 'imported', sweep: name }));
}
