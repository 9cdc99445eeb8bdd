/** Two values of one cell and seed, and values of an axis that are one. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { importResults, resultRows, type SqliteStore } from '../../../results/index.ts';
import { publishedFile } from '../../support/published.ts';
import { freshStore, temporaryFolder } from '../support/fixtures.ts';

const HEAD = 'width,depth,resolution,epochs,seed,minivalTop1,flops';
let store: SqliteStore;
let folder: string;

beforeEach(() => {
  store = freshStore();
  folder = temporaryFolder();
});

function take(rows: string, more: { replace?: boolean; head?: string; file?: string } = {}) {
  const { head = HEAD, replace = false, file: name = 'r.csv' } = more;
  const file = path.join(folder, name);
  writeFileSync(file, `${head}\n${rows}`);
  return importResults(store, file, { dataset: 'mine', now: 1, replace });
}

const top1 = (): unknown[] => resultRows(store).map(({ minivalTop1 }) => minivalTop1);

describe('another value of a cell and seed', () => {
  test('in a file is refused with both lines, and stores nothing', () => {
    expect(() => take('1,14,28,5,0,0.8,1e6\n1,14,28,5,0,0.9,1e6\n')).toThrow(
      /r\.csv:3: minivalTop1 0\.9, line 2 has 0\.8 \(width 1, depth 14, resolution 28, epochs 5, seed 0\)/,
    );
    expect(store.sweeps()).toEqual([]);
  });

  test('than the store has is refused with both values', () => {
    take('1,14,28,5,0,0.8,1e6\n');
    expect(() => take('1,14,28,5,0,0.9,1e6\n')).toThrow(/r\.csv:2: minivalTop1 0\.9, the store has 0\.8/);
    expect(() => take('1,14,28,5,0,0.8,2e6\n')).toThrow(/flops 2000000, the store has 1000000/);
    expect(top1()).toEqual([0.8]);
    expect(store.sweeps()).toHaveLength(1);
  });

  test('takes the place of the old one when that is asked for, and tells', () => {
    take('1,14,28,5,0,0.8,1e6\n1,20,28,5,0,0.85,1e6\n');
    const imported = take('1,14,28,5,0,0.9,1e6\n1,20,28,5,0,0.85,1e6\n1,26,28,5,0,0.7,1e6\n', { replace: true });
    expect(imported).toMatchObject({ results: 3, added: 1, replaced: 1 });
    expect(imported.notes.join('\n')).toMatch(/Replaced:\nr?.*r\.csv:2: minivalTop1 0\.9, the store has 0\.8/s);
    expect(top1()).toEqual([0.9, 0.85, 0.7]);
  });

  test('in a file, the last stays when that is asked for', () => {
    expect(take('1,14,28,5,0,0.8,1e6\n1,14,28,5,0,0.9,1e6\n', { replace: true })).toMatchObject({
      added: 1,
      replaced: 1,
    });
    expect(top1()).toEqual([0.9]);
  });

  test('replaces a surer reading too', () => {
    const head = `${HEAD},readingError`;
    take('1,14,28,5,0,0.8,1e6,0.0001\n', { head });
    expect(() => take('1,14,28,5,0,0.9,1e6,0.001\n', { head })).toThrow('the store has 0.8');
    take('1,14,28,5,0,0.9,1e6,0.001\n', { head, replace: true });
    expect(resultRows(store)).toMatchObject([{ minivalTop1: 0.9, readingError: 0.001 }]);
  });
});

test('an equal row again is nothing new, with digits lost after the fifteenth as well', () => {
  take('1,14,28,5,0,0.30000000000000004,1e6\n');
  expect(take('1,14,28,5,0,0.3,1e6\n1,14,28,5,0,0.3,1e6\n')).toMatchObject({ results: 2, added: 0, replaced: 0 });
});

test('rows without a seed take the next that the file has not used', () => {
  take('1,14,28,5,1,0.8,1e6\n1,14,28,5,,0.81,1e6\n1,14,28,5,0,0.82,1e6\n1,14,28,5,,0.83,1e6\n');
  expect(resultRows(store).map(({ seed, minivalTop1 }) => [seed, minivalTop1])).toEqual([
    [0, 0.82],
    [1, 0.8],
    [2, 0.81],
    [3, 0.83],
  ]);
});

test('the published figures agree with each other and with the table, but for step times under other conditions', () => {
  const take = (...names: string[]): number[] => {
    const fresh = freshStore();
    return names.map((name) => importResults(fresh, publishedFile(`${name}.csv`), { now: 1 }).replaced);
  };
  expect(take('figure2', 'figure3')).toEqual([0, 0]);
  expect(take('family', 'figure2')).toEqual([0, 0]);
  expect(() => take('figure3', 'family')).toThrow(/family\.csv:3: stepMs 120, the store has 50\.8/);
});

describe('widths 0.3 and 0.30000000000000004', () => {
  const BOTH = '0.30000000000000004,14,28,5,0,0.8,1e6\n0.3,14,28,5,1,0.82,1e6\n';

  test('are one cell, which is told', () => {
    const { notes } = take(BOTH);
    expect(notes).toEqual(['width 0.30000000000000004 is taken for 0.3: values within 1e-9 of each other are one.']);
    expect(resultRows(store).map(({ width, seed }) => [width, seed])).toEqual([
      [0.3, 0],
      [0.3, 1],
    ]);
  });

  test('are one cell over two files, under the id of the first', () => {
    take('0.30000000000000004,14,28,5,0,0.8,1e6\n');
    const [before] = resultRows(store);
    take(BOTH, { file: 'both.csv' });
    expect(resultRows(store)).toMatchObject([
      { width: 0.300_000_000_000_000_04, id: before!.id },
      { width: 0.300_000_000_000_000_04, seed: 1 },
    ]);
  });

  test('are one value of another axis as well', () => {
    const head = `${HEAD},axes.dropout`;
    take('1,14,28,5,0,0.8,1e6,0.1\n1,14,28,5,1,0.8,1e6,0.10000000000000002\n', { head });
    expect(resultRows(store).map(({ axes }) => axes)).toEqual([{ dropout: 0.1 }, { dropout: 0.1 }]);
  });

  test('are found by either, in every comparison', () => {
    take('0.30000000000000004,14,28,5,0,0.8,1e6\n0.5,14,28,5,1,0.82,1e6\n');
    const found = (where: string): number[] => resultRows(store, { where }).map(({ width }) => width);
    expect(found('width=0.3')).toEqual([0.300_000_000_000_000_04]);
    expect(found('width<=0.3')).toEqual([0.300_000_000_000_000_04]);
    expect(found('width>=0.3')).toHaveLength(2);
    expect(found('width!=0.3')).toEqual([0.5]);
    expect(found('width>0.3')).toEqual([0.5]);
    expect(found('width<0.3')).toEqual([]);
  });
});
