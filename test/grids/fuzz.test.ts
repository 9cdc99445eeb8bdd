import fc from '../support/property.ts';
import { describe, expect, it, vi } from 'vitest';
import { complaints } from './support.ts';
import { COMPUTES_A_WHILE } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: COMPUTES_A_WHILE, hookTimeout: COMPUTES_A_WHILE });

/** One of everything that a grid can say, a token apart from the next. */
const RICH = `question: q
model:
  family: resnet-rs-small
  seRatio: 'width > 0.5 ? 0.25 : 0'
  blocks: { by: depth, values: { 8: [ 1 , 1 , 1 ] } }
data:
  name: fashion-mnist
  minivalFraction: 0.1
recipe:
  batchSize: 64
  learningRate: { per256: 0.1 }
  dropout: { by: width, values: { 0.5: 0 , 1: 0.1 }, otherwise: 0.2 }
  schedule: cosine
  flip: true
axes:
  resolution: 28
  epochs: [ 2 , 5 ]
  zip:
    width: [ 0.5 , 1 ]
    labelSmoothing: [ 0 , 0.1 ]
  product:
    - depth: [ 8 , 14 ]
    - list: [ { } , { nesterov: true , momentum: 0.8 } ]
constraints:
  - width * depth < 400
  - flops <= 2G
seeds: [ 0 , 1 ]
budgets:
  - flops: 500M
engine: onnx
`;

/** A few seconds' worth; a longer hunt is `FUZZ_RUNS=20000 npx vitest run test/grids/fuzz.test.ts`. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 500);

const TOKENS = RICH.split(/([^\s]+)/);

const junk = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e400',
    '.nan',
    'true',
    '~',
    '[]',
    '{}',
    '[',
    '}',
    '""',
    "'",
    'width',
    'flops',
    '2G',
    '2X',
    '- 1',
    ': x',
    '&a',
    '*a',
    '<<:',
    '!!set',
    '? :',
    '|',
    '#',
    '---',
  ),
  fc.constantFrom(
    '[1, [2]]',
    '{a: {b: 1}}',
    '[{}]',
    '[null]',
    '{by: width}',
    '{per256: {}}',
    '__proto__:',
    'constructor:',
    'product: [1]',
    'list: [[1]]',
    'zip: {width: {}}',
  ),
  fc.string({ maxLength: 8 }),
  fc.double().map(String),
);

describe('a grid with something broken anywhere', () => {
  it('is planned, or refused with places inside the file and what was expected there', () => {
    expect(complaints(RICH)).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(TOKENS.length - 1), junk), { minLength: 1, maxLength: 3 }), (breaks) => {
        const tokens = [...TOKENS];
        for (const [index, by] of breaks) tokens[index] = by;
        const text = tokens.join('');
        const lines = text.split('\n').length;
        for (const complaint of complaints(text)) {
          const [, line, column] = /^(\d+):(\d+): Expected [^]+, got [^]+/.exec(complaint) ?? [];
          expect(Number(line), complaint).toBeLessThanOrEqual(lines);
          expect(Number(column), complaint).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
