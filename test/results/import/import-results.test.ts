import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { computeFindings } from '../../../findings/index.ts';
import { importResults } from '../../../results/import/index.ts';
import { best, openStore, resultRows, type SqliteStore } from '../../../results/index.ts';
import { publishedFile } from '../../support/published.ts';

let folder: string;
let store: SqliteStore;
const NOW = 1_700_000_000_000;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-import-'));
  store = openStore(path.join(folder, 'results.db'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const CSV = 'width,depth,resolution,epochs,minivalTop1\n1,14,28,5,0.8\n1,14,28,5,0.82\n1,20,28,5,0.9\n';

test('a published table becomes a sweep trained elsewhere, with its provenance', () => {
  const imported = importResults(store, publishedFile('figure3.csv'), { now: NOW });
  expect(imported).toMatchObject({ name: 'figure3', dataset: 'imagenet', results: 70, added: 70, notes: [] });
  expect(imported.provenance).toContain('Figure 3, digitised');
  expect(store.sweep(imported.sweep)).toMatchObject({ source: 'imported', complete: true, name: 'figure3' });
  expect(resultRows(store, { sweep: imported.sweep })).toHaveLength(70);
});

test('importing the same file again adds nothing and is the same sweep', () => {
  const first = importResults(store, publishedFile('figure2.csv'), { now: NOW });
  const second = importResults(store, publishedFile('figure2.csv'), { now: NOW + 1 });
  expect(second).toEqual({ ...first, added: 0 });
  expect(store.sweeps()).toHaveLength(1);
});

test('findings from the store are those from the file', () => {
  const { sweep } = importResults(store, publishedFile('figure3.csv'), { now: NOW });
  const finding = computeFindings(resultRows(store, { sweep })).findings.find(
    ({ id }) => id === 'depth-over-width/stepMs/epochs=350',
  )!;
  expect(finding.verdict).toBe('supported');
  expect(finding.effect).toBeCloseTo(0.64, 2);
});

test('a point that both figures show is one trial: step time of the one, the surer reading', () => {
  importResults(store, publishedFile('figure3.csv'), { now: NOW });
  importResults(store, publishedFile('figure2.csv'), { now: NOW + 1 });
  const rows = resultRows(store, { where: 'width = 1, depth = 200, resolution = 160, epochs = 350' });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ minivalTop1: 0.826, stepMs: 84.9 });
  expect(rows[0]!.readingError).toBeCloseTo(0.0005 / Math.sqrt(3), 8);
});

test('the validation accuracies of the family are reported and never chosen on', () => {
  importResults(store, publishedFile('figure2.csv'), { now: NOW });
  importResults(store, publishedFile('family.csv'), { now: NOW + 1 });
  for (const row of resultRows(store, { where: 'depth = 350' })) expect(row.minivalTop1).toBeNull();
  const found = best(store, { budget: { flops: 128e9 } });
  expect(found.best).toMatchObject({ depth: 200, resolution: 448, minivalTop1: 0.86 });
});

describe('the best cell of the published grid under a budget', () => {
  test.each([
    [1e9, { width: 0.25, depth: 200, resolution: 160, minivalTop1: 0.735 }],
    [4e9, { width: 0.25, depth: 400, resolution: 224, minivalTop1: 0.803 }],
    [8e9, { width: 0.5, depth: 200, resolution: 224, minivalTop1: 0.824 }],
    [32e9, { width: 1, depth: 200, resolution: 224, minivalTop1: 0.846 }],
    [64e9, { minivalTop1: 0.853 }],
    [128e9, { width: 1, depth: 200, resolution: 448, minivalTop1: 0.86 }],
  ])('%d FLOPs', (limit, expected) => {
    importResults(store, publishedFile('figure2.csv'), { now: NOW });
    expect(best(store, { budget: { flops: limit } }).best).toMatchObject(expected);
  });
});

test('rows of one cell are its seeds, and their noise is known', () => {
  const { sweep } = importResults(store, write('mine.csv', CSV), { dataset: 'mine', now: NOW });
  expect(resultRows(store, { sweep }).map(({ depth, seed }) => [depth, seed])).toEqual([
    [14, 0],
    [14, 1],
    [20, 0],
  ]);
});

describe('nothing is stored of', () => {
  test.each([
    ['a file whose dataset nobody knows', () => write('mine.csv', CSV), 'Expected to be told the dataset'],
    [
      'a file with a mistake in its last row',
      () => write('bad.csv', `${CSV}1,20,28,5,oops\n`),
      'bad.csv:5:5: Expected `minivalTop1` to be a number, got oops',
    ],
    ['a file that is not there', () => path.join(folder, 'no.csv'), 'Expected a readable CSV file'],
    ['a folder', () => folder, 'Expected a readable CSV file'],
    [
      'a file that is no text',
      () => {
        const file = path.join(folder, 'binary.csv');
        writeFileSync(file, Buffer.from([0xff, 0xfe, 0x00, 0x80]));
        return file;
      },
      'to be UTF-8 text',
    ],
  ])('%s', (_, file, complaint) => {
    expect(() => importResults(store, file(), { now: NOW })).toThrow(complaint);
    expect(store.sweeps()).toEqual([]);
  });
});
