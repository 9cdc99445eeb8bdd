import fc from '../support/property.ts';
import { modelOf } from '../fixtures/trial.ts';
import { describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { planGrid } from '../../grids/index.ts';
import { modelCost, trialSpec } from '../../models/index.ts';
import { parse, VALID } from './support.ts';
import { COMPUTES_A_WHILE } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: COMPUTES_A_WHILE, hookTimeout: COMPUTES_A_WHILE });

const HEAD = VALID.slice(0, VALID.indexOf('axes:'));

interface Axes {
  readonly width: readonly number[];
  readonly depth: readonly number[];
  readonly resolution: readonly number[];
  readonly epochs: readonly number[];
  readonly labelSmoothing: readonly number[];
}

const some = (...values: number[]): fc.Arbitrary<number[]> =>
  fc.subarray(values, { minLength: 1 }).chain((chosen) => fc.shuffledSubarray(chosen, { minLength: chosen.length }));

const axes: fc.Arbitrary<Axes> = fc.record({
  width: some(0.25, 0.5, 1, 1.5),
  depth: some(8, 14, 20),
  resolution: some(3, 12, 20, 28),
  epochs: some(1, 2, 5),
  labelSmoothing: some(0, 0.1),
});

const text = (grid: unknown, rest = ''): string => `${HEAD}${stringify({ axes: grid })}${rest}`;

const idsOf = (grid: string): string[] =>
  [...planGrid(parse(grid))].flatMap((item) => (item.kind === 'trial' ? [item.trial.id] : []));

describe('expansion', () => {
  it('is the product of the axes, filtered by the constraints and by what can be built, each id once', () => {
    fc.assert(
      fc.property(
        axes,
        fc.integer({ min: 4, max: 30 }),
        fc.integer({ min: 1, max: 60 }),
        (grid, product, megaflops) => {
          const expected: string[] = [];
          let built = 0;
          for (const width of grid.width)
            for (const depth of grid.depth)
              for (const resolution of grid.resolution)
                for (const epochs of grid.epochs)
                  for (const labelSmoothing of grid.labelSmoothing) {
                    const kept =
                      width * depth < product &&
                      resolution >= 4 &&
                      flopsOf(width, depth, resolution) <= megaflops * 1e6;
                    if (kept) built += 1;
                    expected.push(`${width} ${depth} ${resolution} ${epochs} ${labelSmoothing} ${kept}`);
                  }
          const read = (): string[] =>
            [
              ...planGrid(parse(text(grid, `constraints: ['width * depth < ${product}', 'flops <= ${megaflops}M']\n`))),
            ].map(
              ({ kind, cell }) =>
                `${cell.width} ${cell.depth} ${cell.resolution} ${cell.epochs} ${cell['labelSmoothing']} ${kind === 'trial'}`,
            );
          if (built === 0) expect(read).toThrow(/Expected at least one trial to remain/);
          else expect(read()).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('makes specs that the contract accepts', () => {
    fc.assert(
      fc.property(axes, (grid) => {
        for (const item of planGrid(parse(text({ ...grid, resolution: [28] })))) {
          if (item.kind === 'trial') expect(trialSpec.parse(item.trial.spec)).toEqual(item.trial.spec);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('gives every trial id once, also when parts of a list overlap', () => {
    fc.assert(
      fc.property(axes, axes, (a, b) => {
        const list = [a, b].map((part) => ({ ...part, resolution: [28] }));
        const ids = idsOf(text({ list }));
        expect(new Set(ids).size).toBe(ids.length);
        expect(new Set(ids)).toEqual(new Set(list.flatMap((part) => idsOf(text(part)))));
      }),
      { numRuns: 40 },
    );
  });

  it('zips as the product of the rows', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom(0.5, 1, 2), fc.constantFrom(8, 14)), {
          minLength: 1,
          selector: String,
        }),
        (rows) => {
          const zip = { width: rows.map(([width]) => width), depth: rows.map(([, depth]) => depth) };
          const list = rows.map(([width, depth]) => ({ width, depth }));
          const rest = { resolution: 28, epochs: [1, 2] };
          expect(idsOf(text({ zip, ...rest }))).toEqual(idsOf(text({ list, ...rest })));
        },
      ),
      { numRuns: 40 },
    );
  });
});

const spellings: readonly ((value: number) => string)[] = [
  String,
  (value) => value.toExponential(),
  (value) => (Number.isInteger(value) ? `${value}.0` : `${value}000`),
  (value) => `${value / 1000}k`,
];

describe('trial ids', () => {
  it('depend neither on the order of keys and values nor on the spelling of numbers', () => {
    fc.assert(
      fc.property(
        axes,
        fc.shuffledSubarray(['width', 'depth', 'resolution', 'epochs', 'labelSmoothing'] as const, { minLength: 5 }),
        fc.infiniteStream(fc.constantFrom(...spellings)),
        (grid, order, spelling) => {
          const spelled = (value: number): string => spelling.next().value(value);
          const lines = order.map((name) => `  ${name}: [${grid[name].map(spelled).join(', ')}]`);
          const sections = HEAD.replace('trainImages: 4000', `trainImages: ${spelled(4000)}`).replace(
            /recipe:\n(.*\n)(.*\n)/,
            (_, batch: string, rate: string) => `recipe:\n${rate}${batch}`,
          );
          const usable = {
            ...grid,
            resolution: [...grid.resolution.filter((side) => side !== 3), 28].filter(
              (side, i, all) => all.indexOf(side) === i,
            ),
          };
          const respelled = `${lines.join('\n').replace(/resolution: .*/, `resolution: [${usable.resolution.map(spelled).join(', ')}]`)}\n`;
          const ids = idsOf(`axes:\n${respelled}${sections}`);
          expect([...ids].sort()).toEqual([...idsOf(text(usable))].sort());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('differ when anything that can change the result differs', () => {
    const [base] = idsOf(VALID);
    for (const [place, by] of [
      ['0.1', '0.2'],
      ['64', '32'],
      ['4000', '4001'],
      ['resnet-rs-small', 'resnet-rs-small\n  seRatio: 0.25'],
      ['0.1', '0.1\n  flip: true'],
      ['axes:', 'seeds: [1]\naxes:'],
      ['axes:', 'engine: noop\naxes:'],
    ] as const) {
      expect(idsOf(VALID.replace(place, by))[0]).not.toBe(base);
    }
  });

  it('do not depend on question, command, cost, budgets, constraints or comments', () => {
    const ids = idsOf(VALID);
    const other =
      VALID.replace('which axis pays?', 'anything else?') +
      'command: x\ncost: y # z\nbudgets: [{flops: 1M}]\nconstraints: [width < 9]\n';
    expect(idsOf(other)).toEqual(ids);
  });
});

describe('the hash of a grid', () => {
  it('is the same for the same trials in the same order, however they are written', () => {
    const { hash } = parse(VALID);
    expect(parse(`# a comment\n${VALID.replace('[0.5, 1]', '[5e-1, 1.0]').replace('4000', '4k')}`).hash).toBe(hash);
    expect(parse(VALID.replace('[0.5, 1]', '1')).hash).toBe(parse(VALID.replace('[0.5, 1]', '[1]')).hash);
    expect(parse(VALID.replace('which axis', 'what')).hash).toBe(hash);
  });

  it.each([
    ['another value', VALID.replace('[2, 5]', '[2, 6]')],
    ['another order', VALID.replace('[2, 5]', '[5, 2]')],
    ['another order of axes', VALID.replace(/(  width.*\n)(  depth.*\n)/, '$2$1')],
    ['another constraint', `${VALID}constraints: [width < 9]\n`],
    ['another seed', `${VALID}seeds: [1]\n`],
    ['another setting', VALID.replace('0.1', '0.2')],
  ])('differs with %s', (_, text) => expect(parse(text).hash).not.toBe(parse(VALID).hash));
});

const flops = new Map<string, number>();

function flopsOf(width: number, depth: number, resolution: number): number {
  const key = `${width} ${depth} ${resolution}`;
  const known = flops.get(key);
  if (known !== undefined) return known;
  const cost = modelCost(
    modelOf({ width, depth, resolution, classes: 10, baseWidth: 16, zeroInitLastNorm: true }),
  ).flops;
  flops.set(key, cost);
  return cost;
}
