import { describe, expect, test } from 'vitest';
import { isScalesweepError } from '../../../contract/index.ts';
import { readResults } from '../../../results/import/index.ts';
import { publishedRows } from '../../support/published.ts';

const HEAD = 'width,depth,resolution,epochs,minivalTop1';

function complaintOf(text: string): string {
  try {
    readResults(text, 'r.csv');
  } catch (error) {
    if (isScalesweepError(error)) {
      expect(error.code).toBe('USAGE');
      expect(error.exitCode).toBe(2);
      return error.message;
    }
    throw error;
  }
  throw new Error('Expected the file to be refused, got results');
}

describe('published tables, as they stand', () => {
  test('figure 3: per cent to fractions, seconds to milliseconds, billions to FLOPs, and train FLOPs', () => {
    const rows = publishedRows('figure3.csv');
    expect(rows).toHaveLength(70);
    expect(rows[0]).toMatchObject({
      width: 1,
      depth: 101,
      resolution: 128,
      epochs: 10,
      seed: 0,
      minivalTop1: 0.6721,
      testTop1: null,
      stepMs: 36.8,
      flops: 5.292e9,
      params: 63.58e6,
      axes: {},
    });
    expect(rows[0]!.trainFlops).toBeCloseTo(3 * 5.292e9 * 1_256_145 * 10, -10);
    const offAxis = rows.find(({ depth, resolution }) => depth === 400 && resolution === 320)!;
    expect(offAxis).toMatchObject({ stepMs: null, minivalTop1: 0.859 });
  });

  test('figure 2: the quality of a reading is its standard error, and no axis', () => {
    const rows = publishedRows('figure2.csv');
    expect(rows).toHaveLength(131);
    const error = (depth: number, resolution: number, width: number): number =>
      rows.find((row) => row.depth === depth && row.resolution === resolution && row.width === width)!.readingError! *
      100;
    expect(error(26, 128, 0.25)).toBeCloseTo(0.1 / Math.sqrt(3), 6);
    expect(error(200, 128, 0.25)).toBeCloseTo(0.3 / Math.sqrt(3), 6);
    expect(error(101, 160, 0.25)).toBeCloseTo(1 / Math.sqrt(3), 6);
    expect(error(200, 128, 1)).toBeCloseTo(0.05 / Math.sqrt(3), 6);
    expect(new Set(rows.map(({ axes }) => JSON.stringify(axes)))).toEqual(new Set(['{}']));
  });

  test('the family: validation accuracy is test accuracy, never minival; networks without a depth are left out', () => {
    const rows = publishedRows('family.csv');
    expect(rows).toHaveLength(11);
    expect(rows.every(({ minivalTop1 }) => minivalTop1 === null)).toBe(true);
    expect(rows.at(-1)).toMatchObject({
      width: 1,
      depth: 420,
      resolution: 320,
      epochs: 350,
      testTop1: 0.844,
      stepMs: 2090,
      flops: 128e9,
    });
  });

  test('points that both figures show agree to a tenth of a point', () => {
    const second = new Map(
      publishedRows('figure2.csv').map((row) => [`${row.width}/${row.depth}/${row.resolution}`, row]),
    );
    const both = publishedRows('figure3.csv').filter(({ epochs }) => epochs === 350);
    expect(both).toHaveLength(24);
    for (const row of both) {
      const other = second.get(`${row.width}/${row.depth}/${row.resolution}`)!;
      expect(Math.abs(other.minivalTop1! - row.minivalTop1!)).toBeLessThan(0.00101);
    }
  });
});

describe("the contract's own columns", () => {
  test('every field, an axis of the grid, empty fields as unknown, and what an export adds is passed over', () => {
    const text = `id,sweep,${HEAD},seed,testTop1,stepMs,axes.seRatio,axes.flip\nabc,s,1.0,14,28,5,0.81,3,0.8,,0.25,true\n`;
    expect(readResults(text, 'r.csv').results).toEqual([
      {
        width: 1,
        depth: 14,
        resolution: 28,
        epochs: 5,
        minivalTop1: 0.81,
        seed: 3,
        testTop1: 0.8,
        stepMs: null,
        axes: { seRatio: 0.25, flip: true },
      },
    ]);
  });

  test('train FLOPs follow from FLOPs when the images of an epoch are told', () => {
    const [result] = readResults(`${HEAD},flops\n1,14,28,5,0.8,1e6\n`, 'r.csv', { trainImages: 1000 }).results;
    expect(result!.trainFlops).toBe(3 * 1e6 * 1000 * 5);
  });

  test('quotes, line ends of Windows, a byte-order mark, blank lines and no last newline', () => {
    const text = `\uFEFF"width",depth,resolution,epochs,"minivalTop1",axes.crop\r\n1,14,28,5,0.8,"pad, ""big"""\r\n\r\n2,14,28,5,0.9,none`;
    expect(readResults(text, 'r.csv').results.map(({ width, axes }) => [width, axes])).toEqual([
      [1, { crop: 'pad, "big"' }],
      [2, { crop: 'none' }],
    ]);
  });
});

describe('what is refused, and where', () => {
  test.each([
    ['', 'r.csv: Expected a header and at least one row, got an empty file'],
    [`${HEAD}\n`, 'r.csv: Expected a header and at least one row, got a header alone'],
    ['width,depth,resolution,minivalTop1\n1,2,3,0.4\n', 'Expected a column `epochs`'],
    ['width,depth,resolution,epochs\n1,2,3,4\n', 'Expected a column `minivalTop1` or `testTop1`'],
    [
      'width,depth,resolution,epochs,top1\n1,2,3,4,0.5\n',
      'r.csv:1:5: Expected to be told which accuracy, got `top1`: name it minivalTop1 or testTop1',
    ],
    [
      `${HEAD},minvalLoss\n1,2,3,4,0.5,1\n`,
      'r.csv:1:6: Expected a known column, got `minvalLoss`; did you mean `minivalLoss`?',
    ],
    [`${HEAD},seRatio\n1,2,3,4,0.5,1\n`, 'an axis of the grid is `axes.seRatio`'],
    [`${HEAD},width\n1,2,3,4,0.5,1\n`, 'r.csv:1:6: Expected distinct columns, got `width` twice'],
    [
      `${HEAD},top1_minival\n1,2,3,4,0.5,50\n`,
      'Expected one column for minivalTop1, got `minivalTop1` and `top1_minival`',
    ],
    [`${HEAD}\n1,2,3,4,0.5,6\n`, 'r.csv:2: Expected 5 fields, got 6'],
    [`${HEAD}\n1,2,3,4,81.5\n`, 'r.csv:2:5: Expected `minivalTop1` to be a fraction from 0 to 1, got 81.5'],
    [
      'width,depth,resolution,epochs,top1_minival\n1,2,3,4,181.5\n',
      'Expected `top1_minival` to be a fraction from 0 to 100, got 181.5',
    ],
    [`${HEAD}\n0,2,3,4,0.5\n`, 'r.csv:2:1: Expected `width` to be a number > 0, got 0'],
    [`${HEAD}\n1,0,3,4,0.5\n`, 'r.csv:2:2: Expected `depth` to be a number > 0, got 0'],
    [`${HEAD}\n1,2,3.5,4,0.5\n`, 'r.csv:2:3: Expected `resolution` to be an integer >= 1, got 3.5'],
    [`${HEAD}\n1,,3,4,0.5\n`, 'r.csv:2:2: Expected `depth` to be a number, got nothing'],
    [`${HEAD}\n1,2,3,4,NaN\n`, 'r.csv:2:5: Expected `minivalTop1` to be a number, got NaN'],
    [`${HEAD}\n1,2,3,4,Infinity\n`, 'Expected `minivalTop1` to be a number, got Infinity'],
    [`${HEAD},seed\n1,2,3,4,0.5,-1\n`, 'Expected `seed` to be an integer from 0 to 4294967295, got -1'],
    [`${HEAD}\n1,2,3,4,"0.5\n`, 'r.csv:2: Expected a field, got a stray or unclosed quote'],
    [`${HEAD}\n1,2,3,4,0.5\n1,2,3,4,"0."5\n`, 'r.csv:3: Expected a field, got a stray or unclosed quote'],
    [
      'width,depth,resolution,epochs,top1_minival,quality,params_m,flops_b_2mac\n1,2,3,4,50,z,1,1\n',
      'r.csv:2:6: Expected `quality` to be a, b, c or 3, got z',
    ],
  ])('%j', (text, complaint) => {
    expect(complaintOf(text)).toContain(complaint);
  });

  test('all mistakes of a file at once, the first twenty in full', () => {
    const message = complaintOf(`${HEAD}\n${'x,2,3,4,0.5\n'.repeat(25)}`);
    expect(message.split('\n')).toHaveLength(21);
    expect(message).toMatch(/\.\.\. and 5 more$/);
  });
});
