import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMap, parseDocument } from 'yaml';
import { packageRoot } from '../../contract/index.ts';
import { loadGrid, planGrid, planTotals } from '../../grids/index.ts';
import { parse, VALID } from './support.ts';

const FOLDER = path.join(packageRoot(), 'grids');
const README = readFileSync(path.join(FOLDER, 'README.md'), 'utf8');
const EXAMPLES = [...README.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => text!);

/** An example may show some sections only: they take the place of those of the valid grid. */
function completed(example: string): string {
  const grid = parseDocument(VALID);
  const { contents } = parseDocument(example);
  if (!isMap(contents)) throw new Error('Expected a mapping as an example');
  for (const { key, value } of contents.items) grid.set(key, value);
  return String(grid);
}

describe('the page on writing a grid', () => {
  it('has examples', () => expect(EXAMPLES.length).toBeGreaterThanOrEqual(4));

  it.each(EXAMPLES.map((text, index) => [index + 1, text] as const))(
    'shows in example %i what can be planned',
    (_, example) => {
      expect(planTotals(planGrid(parse(completed(example)))).trials).toBeGreaterThan(1);
    },
  );

  it('lists every grid, and counts its trials', () => {
    const rows = [...README.matchAll(/^\| \[(\S+\.yaml)\]\(\1\) \| (\d+) \|/gm)];
    const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
    expect(new Set(rows.map(([, name]) => name))).toEqual(new Set(files));
    for (const [, name, trials] of rows) {
      expect([name, planTotals(planGrid(loadGrid(path.join(FOLDER, name!)))).trials]).toEqual([name, Number(trials)]);
    }
  });
});
