import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { exportRows, resultRows, type ResultRow } from '../../results/index.ts';
import { FACTS, packageRoot } from '../../contract/index.ts';
import { fieldsOf, fieldTable, valueIn } from '../../results/export/fields.ts';
import { importResults } from '../../results/import/index.ts';
import { complete, freshStore, planned, sweepInput, temporaryFolder } from './support/fixtures.ts';

function someRows(): ResultRow[] {
  const store = freshStore();
  const sweep = store.createSweep(sweepInput('a')).id;
  const plan = [
    planned({ depth: 20, seed: 4_294_967_295 }, { flip: true, blocks: [2, 2, 2], note: 'a "quoted", text' }),
    planned({ depth: 26, weightDecay: 4e-5 }, { weightDecay: 4e-5 }),
  ];
  store.addTrials(sweep, plan);
  complete(store, plan[0]!, 0.1 + 0.2);
  complete(store, plan[1]!, 0.8125, { peakBytes: null, testTop1: null });
  return resultRows(store);
}

describe('exported results', () => {
  test('JSON is one array with the fields of the contract', () => {
    const rows = someRows();
    const parsed = JSON.parse(Buffer.from(exportRows(rows, 'json')).toString()) as Record<string, unknown>[];
    expect(parsed).toEqual(rows.map((row) => ({ ...row })));
    expect(Object.keys(parsed[0]!)).toEqual([...fieldsOf(FACTS).map((field) => field.name), 'axes']);
  });

  test('CSV quotes what needs quoting, leaves unknown values empty and loses no digit', () => {
    const text = Buffer.from(exportRows(someRows(), 'csv')).toString();
    const [header, first, second] = text.split('\n');
    expect(header).toMatch(/^id,seed,width,.*,axes\.blocks,axes\.flip,axes\.note,axes\.weightDecay$/);
    expect(first).toContain(',0.30000000000000004,');
    expect(first).toMatch(/,"\[2,2,2\]",true,"a ""quoted"", text",$/);
    expect(second).toMatch(/,,,,0\.00004$/);
  });

  test('Parquet reads back with the same values', async () => {
    const rows = someRows();
    const bytes = exportRows(rows, 'parquet');
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const read = await parquetReadObjects({ file });
    expect(read).toHaveLength(2);
    for (const [i, row] of rows.entries()) {
      for (const field of fieldsOf(FACTS)) {
        const value = valueIn(row, field);
        expect(read[i]?.[field.name] ?? null).toEqual(field.type === 'integer' ? BigInt(value ?? 0) : value);
      }
    }
    expect(read[0]).toMatchObject({ 'axes.flip': true, 'axes.blocks': '[2,2,2]' });
    expect(read[1]?.['axes.weightDecay']).toBe(4e-5);
  });

  test('nothing exports as an empty array, a header, an empty table', async () => {
    expect(Buffer.from(exportRows([], 'json')).toString()).toBe('[]\n');
    expect(Buffer.from(exportRows([], 'csv')).toString().split('\n')).toHaveLength(2);
    const bytes = exportRows([], 'parquet');
    expect(await parquetReadObjects({ file: bytes.buffer.slice(0) as ArrayBuffer })).toEqual([]);
  });

  test('a CSV comes back in through import with the same values', () => {
    const rows = someRows();
    const file = path.join(temporaryFolder(), 'results.csv');
    writeFileSync(file, exportRows(rows, 'csv'));
    const store = freshStore();
    importResults(store, file, { dataset: 'elsewhere', now: 1 });
    const back = resultRows(store);
    const measured = (row: ResultRow): unknown => ({ ...row, id: '', sweep: '', source: '', axes: '' });
    expect(back.map(measured)).toEqual(rows.map(measured));
    expect(back[1]?.source).toBe('imported');
  });

  test('equal rows give equal bytes', () => {
    for (const format of ['csv', 'json', 'parquet'] as const) {
      expect(Buffer.from(exportRows(someRows(), format)).equals(exportRows(someRows(), format))).toBe(true);
    }
  });

  // After a change of the table: `npx vitest run test/results/export.test.ts -u` writes the page.
  test('the table of the page is that of the facts', async () => {
    const page = path.join(packageRoot(), 'docs', 'results-schema.md');
    const text = readFileSync(page, 'utf8').replace(/^\| field \|[^]*?\n\n/m, `${fieldTable(FACTS)}\n\n`);
    await expect(text).toMatchFileSnapshot(page);
  });
});
