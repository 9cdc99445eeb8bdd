/** Files as other programs write them: read, or refused with the cause. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { isScalesweepError, type ScalesweepError } from '../../../contract/index.ts';
import { importResults, readResults } from '../../../results/index.ts';
import { freshStore, temporaryFolder } from '../support/fixtures.ts';

const HEAD = 'width,depth,resolution,epochs,minivalTop1';

function refusal(act: () => unknown): ScalesweepError {
  try {
    act();
  } catch (error) {
    if (isScalesweepError(error)) return error;
    throw error;
  }
  throw new Error('Expected the file to be refused');
}

function refusedFile(bytes: Uint8Array): ScalesweepError {
  const file = path.join(temporaryFolder(), 'r.csv');
  writeFileSync(file, bytes);
  return refusal(() => importResults(freshStore(), file, { dataset: 'mine', now: 1 }));
}

describe('a program that writes CSV in its own way is named', () => {
  test.each([
    ['pandas with its index', `,${HEAD}\n0,1,14,28,5,0.8\n`, 'r.csv:1:1: .* without a name: the index .* index=False'],
    ['pandas with an index read back', `Unnamed: 0,${HEAD}\n0,1,14,28,5,0.8\n`, 'got `Unnamed: 0`: .* index=False'],
    ['Excel where the decimal sign is a comma', `${HEAD.replaceAll(',', ';')}\n1;14;28;5;0,8\n`, 'got semicolons'],
    ['the same with quoted names', `"width";"depth";"resolution";"epochs";"minivalTop1"\n1;2;3;4;0,5\n`, 'semicolons'],
    ['tabs', `${HEAD.replaceAll(',', '\t')}\n`, 'r.csv:1: Expected commas between the columns, got tabs'],
    ['the line that Excel reads', `sep=;\n${HEAD.replaceAll(',', ';')}\n1;14;28;5;0,8\n`, 'got `sep=;`'],
    ['a decimal comma in quotes', `${HEAD}\n1,14,28,5,"0,8"\n`, 'r.csv:2:5: .* got 0,8; with a decimal point: 0.8'],
    ['a decimal comma without', `${HEAD}\n1,14,28,5,0,8\n`, 'Expected 5 fields, got 6 .a comma inside of a value'],
    ['values without a name', `${HEAD},\n1,14,28,5,0.8,7\n`, 'r.csv:1:6: Expected a name for the column'],
  ])('%s', (_, text, complaint) => {
    const { message, exitCode } = refusal(() => readResults(text, 'r.csv'));
    expect(message).toMatch(new RegExp(complaint));
    expect(exitCode).toBe(2);
  });

  test('with what to do', () => {
    const { hint } = refusal(() => readResults(`${HEAD.replaceAll(',', ';')}\n1;14;28;5;0,8\n`, 'r.csv'));
    expect(hint).toContain('sep=";", decimal=","');
  });

  const CSV = `${HEAD}\n1,14,28,5,0.8\n`;
  test.each([
    ['UTF-16 with its mark', Buffer.from(`\uFEFF${CSV}`, 'utf16le'), 'to be UTF-8 text, got UTF-16'],
    ['UTF-16 without', Buffer.from(CSV, 'utf16le'), 'to be UTF-8 text, got UTF-16'],
    ['another encoding', Buffer.from(`${CSV}é`, 'latin1'), 'to be UTF-8 text, got another encoding'],
    ['Parquet', Buffer.from('PAR1....'), 'to be a CSV file, got Parquet'],
    ['a spreadsheet', Buffer.from('PK\u0003\u0004....'), 'got a spreadsheet'],
    ['JSON', Buffer.from('[\n  {"id": "a"}\n]\n'), 'to be a CSV file, got JSON'],
    ['a store', Buffer.from('SQLite format 3\0'), 'got an SQLite store'],
  ])('%s', (_, bytes, complaint) => {
    const error = refusedFile(bytes);
    expect(error.message).toContain(complaint);
    expect(error.hint).toBeDefined();
  });
});

test('empty rows and columns at the end are read past', () => {
  const { results, lines } = readResults(`${HEAD},,\n1,14,28,5,0.8,,\n1,20,28,5,0.9\n,,,,,,\n,,,,\n`, 'r.csv');
  expect(results.map(({ depth }) => depth)).toEqual([14, 20]);
  expect(lines).toEqual([2, 3]);
});

describe('a unit that the values contradict', () => {
  const withColumn = (name: string, ...values: number[]): string =>
    `width,depth,resolution,epochs,testTop1,${name}\n${values.map((value, i) => `1,${i + 10},28,5,0.5,${value}\n`).join('')}`;

  test.each([
    ['top1_minival', [0.79, 0.81, 0.83], 'minivalTop1', '0.79 to 0.83: if they are fractions of 1'],
    ['params_m', [25_600_000, 11_700_000], 'params', 'if they are single parameters'],
    ['flops_b_2mac', [8.2e9], 'flops', 'got 8200000000: if they are single FLOPs'],
    ['flops', [8.2, 3.6], 'flops_b_2mac', 'if they are billions'],
    ['params', [25.6, 11.7], 'params_m', 'if they are millions'],
    ['tpu_step_s', [36.8, 63.3], 'stepMs', 'if they are milliseconds'],
  ])('%s is refused with the name to use', (name, values, other, words) => {
    const { message } = refusal(() => readResults(withColumn(name, ...values), 'r.csv'));
    expect(message).toMatch(/^r\.csv:1:6: Expected some /);
    expect(message).toContain(words);
    expect(message).toContain(`name the column \`${other}\``);
  });

  test('a few values may look so', () => {
    expect(readResults(withColumn('top1_minival', 0.1, 76.5), 'r.csv').results[0]).toMatchObject({
      minivalTop1: 0.001,
    });
    expect(readResults(withColumn('top1_minival', 0, 0), 'r.csv').results).toHaveLength(2);
  });

  test('per cent as a fraction', () => {
    const { message } = refusal(() => readResults(`${HEAD}\n1,2,3,4,81.5\n`, 'r.csv'));
    expect(message).toContain('got 81.5; per cent are divided by 100');
  });
});

test('a blank axis is unknown; digits that are a name stay text', () => {
  const values = [
    '',
    '0.25',
    '1e-4',
    '5E-05',
    '-.5',
    '89067784857377e8',
    '1234567890123456',
    '007',
    '0x10',
    '[2,3]',
    '[a',
  ];
  const text = `${HEAD},axes.x\n${values.map((value, i) => `1,${i + 1},28,5,0.8,"${value}"\n`).join('')}`;
  expect(readResults(text, 'r.csv').results.map(({ axes }) => axes)).toEqual([
    {},
    ...[0.25, 1e-4, 5e-5, -0.5, '89067784857377e8', '1234567890123456', '007', '0x10', [2, 3], '[a'].map((x) => ({
      x,
    })),
  ]);
});

test('what the file lacks is told at once', () => {
  expect(readResults(`${HEAD}\n1,2,3,4,0.5\n`, 'r.csv').notes).toEqual([expect.stringContaining('no `flops`')]);
  const test = HEAD.replace('minival', 'test');
  expect(readResults(`${test}\n1,2,3,4,0.5\n`, 'r.csv').notes).toEqual([
    expect.stringContaining('test accuracies alone'),
  ]);
});
