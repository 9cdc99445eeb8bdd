import fc from '../support/property.ts';
import { describe, expect, test } from 'vitest';
import { best, isoflop, measuredCells, pareto, resultRows, type SqliteStore } from '../../results/index.ts';
import { complete, freshStore, planned, sweepInput, type Shape } from './support/fixtures.ts';

interface Run extends Shape {
  top1: number;
  stepMs?: number;
}

function storeOf(runs: readonly Run[], name = 'a', store: SqliteStore = freshStore()): SqliteStore {
  const sweep = store.createSweep(sweepInput(name, store.sweeps().length + 1));
  const plan = runs.map((run) => planned(run));
  store.addTrials(sweep.id, plan);
  store.batch(() => {
    for (const [i, run] of runs.entries()) complete(store, plan[i]!, run.top1, { stepMs: run.stepMs ?? 5 });
  });
  return store;
}

describe('best', () => {
  const runs: Run[] = [
    { depth: 20, flops: 1e9, params: 9e6, top1: 0.7, seed: 0, stepMs: 1 },
    { depth: 20, flops: 1e9, params: 9e6, top1: 0.72, seed: 1, stepMs: 1 },
    { depth: 50, flops: 2e9, params: 5e6, top1: 0.8, seed: 0, stepMs: 9 },
    { depth: 50, flops: 2e9, params: 5e6, top1: 0.82, seed: 1, stepMs: 9 },
    { depth: 101, flops: 4e9, params: 7e6, top1: 0.9, seed: 0, stepMs: 4 },
  ];

  test.each([
    [{}, 101],
    [{ flops: 4e9 }, 101],
    [{ flops: 3.999e9 }, 50],
    [{ flops: 2e9 }, 50],
    [{ flops: 1.5e9 }, 20],
    [{ params: 6e6 }, 50],
    [{ stepMs: 3 }, 20],
    [{ stepMs: 4 }, 101],
    [{ flops: 2e9, stepMs: 5 }, 20],
    [{ trainFlops: 3 * 2e9 * 4000 * 3 }, 50],
    [{ memoryBytes: 1e8 }, 101],
  ])('under %j it is depth %i', (budget, depth) => {
    expect(best(storeOf(runs), { budget }).best?.depth).toBe(depth);
  });

  test('nothing under the budget is no cell, not the cheapest', () => {
    const answer = best(storeOf(runs), { budget: { flops: 9e8 } });
    expect(answer).toMatchObject({ best: null, withinNoise: [], withinNoiseTotal: 0, cheapestWithinNoise: null });
  });

  test('means over seeds, the pooled interval, and test accuracy beside it', () => {
    const answer = best(storeOf(runs), { budget: { flops: 2e9 } });
    expect(answer.best).toMatchObject({ seeds: 2, minivalTop1: 0.81 });
    expect(answer.best?.testTop1).toBeCloseTo(0.8, 12);
    // Two cells of two seeds, each 0.02 apart: pooled variance (2 x 0.0002) / 2, t of 2 degrees of freedom 4.3027.
    const half = (4.302653 * Math.sqrt(0.0002)) / Math.sqrt(2);
    expect(answer.best?.interval?.[0]).toBeCloseTo(0.81 - half, 6);
    expect(answer.best?.interval?.[1]).toBeCloseTo(0.81 + half, 6);
  });

  test('it is chosen on minival, not on test', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a'));
    const [a, b] = [planned({ depth: 20 }), planned({ depth: 26 })];
    store.addTrials(sweep.id, [a, b]);
    complete(store, a, 0.8, { testTop1: 0.5 });
    complete(store, b, 0.7, { testTop1: 0.9 });
    expect(best(store).best).toMatchObject({ depth: 20, testTop1: 0.5 });
  });

  test('cells within noise are listed, and the cheapest of them named', () => {
    const noisy: Run[] = [0, 1, 2].flatMap((seed) => [
      { depth: 20, flops: 1e9, top1: 0.6 + 0.01 * seed, seed },
      { depth: 26, flops: 2e9, top1: 0.8 + 0.01 * seed, seed },
      { depth: 32, flops: 3e9, top1: 0.805 + 0.01 * seed, seed },
    ]);
    const answer = best(storeOf(noisy));
    expect(answer.best?.depth).toBe(32);
    expect(answer.withinNoise.map((cell) => cell.depth)).toEqual([26]);
    expect(answer.cheapestWithinNoise?.depth).toBe(26);
    expect(answer.noise?.degreesOfFreedom).toBe(6);
    expect(answer.noise?.sd).toBeCloseTo(0.01, 10);
  });

  test('with one seed each the noise is unknown, and only ties are within it', () => {
    const answer = best(
      storeOf([
        { depth: 20, top1: 0.8 },
        { depth: 26, top1: 0.8 },
        { depth: 32, top1: 0.79 },
      ]),
    );
    expect(answer).toMatchObject({ noise: null, best: { depth: 20, interval: null }, withinNoiseTotal: 1 });
  });

  test('a trial without minival accuracy, a diverged one and an unfinished one are no candidates', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a'));
    const plan = [20, 26, 32, 38].map((depth) => planned({ depth }));
    store.addTrials(sweep.id, plan);
    complete(store, plan[0]!, 0.6);
    const attempt = store.claim(plan[1]!.trial.id, { worker: 'w', device: 'cpu', now: 1 })!;
    store.fail(plan[1]!.trial.id, attempt, { kind: 'diverged', message: 'NaN', step: 1 }, 2);
    store.finish(
      plan[2]!.trial.id,
      store.claim(plan[2]!.trial.id, { worker: 'w', device: 'cpu', now: 1 })!,
      { ...nothing },
      2,
    );
    expect(measuredCells(store).map((cell) => cell.depth)).toEqual([20]);
    expect(best(store).best?.depth).toBe(20);
  });
});

const nothing = {
  minivalTop1: null,
  minivalLoss: null,
  testTop1: 0.99,
  testLoss: null,
  trainTop1: null,
  trainLoss: null,
  seconds: 1,
  trainSeconds: null,
  stepMs: null,
  peakBytes: null,
  weightsDigest: null,
};

describe('what a query is about', () => {
  test('results on another dataset, another minival or of the no-op engine are never mixed in', () => {
    const store = storeOf([{ depth: 20, top1: 0.9, dataset: 'cifar-10' }], 'other');
    storeOf([{ depth: 26, top1: 0.95, minivalImages: 500 }], 'split', store);
    storeOf([{ depth: 32, top1: 1, engine: 'noop' }], 'noop', store);
    storeOf([{ depth: 38, top1: 0.5 }], 'mine', store);
    expect(measuredCells(store).map((cell) => cell.depth)).toEqual([38]);
    expect(best(store, { sweep: 'other' }).best?.depth).toBe(20);
  });

  test('all sweeps on the dataset answer together; one sweep alone counts its own seeds', () => {
    const store = storeOf([{ depth: 20, seed: 0, top1: 0.6 }], 'a');
    storeOf([{ depth: 20, seed: 1, top1: 0.8 }], 'b', store);
    expect(best(store).best).toMatchObject({ seeds: 2, minivalTop1: 0.7 });
    expect(best(store, { sweep: 'a' }).best).toMatchObject({ seeds: 1, minivalTop1: 0.6 });
    expect(resultRows(store)).toHaveLength(2);
    expect(resultRows(store, { sweep: 'b' }).map((row) => row.seed)).toEqual([1]);
  });

  test.each([
    ['depth=20', [20]],
    ['depth!=20', [26, 32]],
    ['depth>=26,width=1', [26, 32]],
    ['flops<0.03G', [20, 26]],
    ['minivalTop1 > 0.65', [26, 32]],
    ['weightDecay=0.0004', [20, 26, 32]],
    ['weightDecay>1e-3', []],
  ])('filter %s', (where, depths) => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a'));
    const plan = [20, 26, 32].map((depth) => planned({ depth, weightDecay: 4e-4 }, { weightDecay: 4e-4 }));
    store.addTrials(sweep.id, plan);
    for (const [i, trial] of plan.entries()) complete(store, trial, 0.6 + 0.1 * i);
    for (const scope of [{}, { sweep: sweep.id }]) {
      expect(measuredCells(store, { ...scope, where }).map((cell) => cell.depth)).toEqual(depths);
      expect(resultRows(store, { ...scope, where }).map((row) => row.depth)).toEqual(depths);
    }
  });

  test.each([
    ['dept=20', /Did you mean depth/],
    ['testTop1>0.5', /Choose on minival/],
    ['depth', /condition such as/],
    ['depth=deep', /Amounts/],
  ])('filter %s is refused with a hint', (where, hint) => {
    const store = storeOf([{ top1: 0.5 }]);
    try {
      best(store, { where });
      expect.unreachable();
    } catch (error) {
      expect(`${(error as Error).message} ${(error as { hint?: string }).hint}`).toMatch(hint);
    }
  });
});

describe('pareto', () => {
  test('by rising cost, each more accurate than all before; ties go to the cheaper', () => {
    const store = storeOf([
      { depth: 20, flops: 1e9, top1: 0.5 },
      { depth: 26, flops: 1e9, top1: 0.6 },
      { depth: 32, flops: 2e9, top1: 0.55 },
      { depth: 38, flops: 3e9, top1: 0.6 },
      { depth: 44, flops: 4e9, top1: 0.9 },
    ]);
    expect(pareto(store).front.map((cell) => cell.depth)).toEqual([26, 44]);
    expect(pareto(store, { axis: 'params' }).front.map((cell) => cell.depth)).toEqual([20, 26, 44]);
  });

  test('agrees with the definition, over indexes and over lists, as does best', () => {
    const cell = fc.record({
      depth: fc.integer({ min: 10, max: 40 }),
      seed: fc.integer({ min: 0, max: 1 }),
      flops: fc.integer({ min: 1, max: 40 }).map((n) => n * 1e8),
      top1: fc.integer({ min: 0, max: 20 }).map((n) => n / 20),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(cell, { minLength: 1, maxLength: 30, selector: (c) => `${c.depth} ${c.seed}` }),
        fc.integer({ min: 1, max: 40 }),
        (drawn, cap) => {
          // A cell has one cost, the same for all seeds.
          const flopsOf = new Map(drawn.map((each) => [each.depth, each.flops]));
          const runs = drawn.map((each) => ({ ...each, flops: flopsOf.get(each.depth)! }));
          const store = storeOf(runs);
          const cells = measuredCells(store);
          const dominated = (a: (typeof cells)[number]): boolean =>
            cells.some(
              (b) =>
                b.flops! <= a.flops! &&
                b.minivalTop1 >= a.minivalTop1 &&
                (b.flops! < a.flops! || b.minivalTop1 > a.minivalTop1),
            );
          const expected = [
            ...new Set(cells.filter((a) => !dominated(a)).map((a) => `${a.flops} ${a.minivalTop1}`)),
          ].sort();
          const under = cells.filter((a) => a.flops! <= cap * 1e8).map((a) => a.minivalTop1);
          for (const scope of [{}, { sweep: 'a' }]) {
            const { front } = pareto(store, scope);
            expect(front.map((a) => `${a.flops} ${a.minivalTop1}`).sort()).toEqual(expected);
            expect(front.map((a) => a.flops)).toEqual(front.map((a) => a.flops).toSorted((a, b) => a! - b!));
            const answer = best(store, { ...scope, budget: { flops: cap * 1e8 } });
            expect(answer.best?.minivalTop1 ?? -1).toBeCloseTo(Math.max(-1, ...under), 12);
          }
          const [wide, narrow] = [best(store), best(store, { sweep: 'a' })];
          expect(wide.best?.depth).toBe(narrow.best?.depth);
          expect(wide.withinNoise.map((a) => a.depth)).toEqual(narrow.withinNoise.map((a) => a.depth));
          store.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('isoflop', () => {
  /** Accuracy that peaks at depth 50 where cost is equal: width pays for depth. */
  const law = (depth: number, width: number, epochs: number): number =>
    0.8 + 0.05 * Math.log10(depth * width ** 2 * 1e6) - 0.06 * Math.log(depth / 50) ** 2 - 1 / epochs;

  function grid(depths: readonly number[], widths: readonly number[], epochs = 10): Run[] {
    return depths.flatMap((depth) =>
      widths.map((width) => ({ depth, width, epochs, top1: law(depth, width, epochs) - 0.4 })),
    );
  }

  test('finds the optimum by both methods between the grid values, interpolating to the cost', () => {
    const store = storeOf(grid([10, 20, 40, 80, 160], [0.25, 0.5, 1, 2, 4]));
    const answer = isoflop(store, { flops: 5e7 });
    const depth = answer.curves.find((curve) => curve.along === 'depth');
    expect(depth?.held).toMatchObject({ epochs: 10 });
    expect(depth?.points.map((point) => point.value)).toEqual([10, 20, 40, 80, 160]);
    expect(depth?.points.some((point) => point.interpolated === 'width')).toBe(true);
    expect(depth?.parabola?.value).toBeGreaterThan(42);
    expect(depth?.parabola?.value).toBeLessThan(60);
    expect(depth?.powerLaw?.value).toBeGreaterThan(42);
    expect(depth?.powerLaw?.value).toBeLessThan(60);
    expect(depth?.flags).toEqual([]);
  });

  test('flags an optimum at the edge of the grid', () => {
    const store = storeOf(grid([80, 120, 160, 240], [0.25, 0.5, 1, 2]));
    const depth = isoflop(store, { flops: 1e8 }).curves.find((curve) => curve.along === 'depth');
    expect(depth?.best.value).toBe(80);
    expect(depth?.flags).toContain('grid-edge');
  });

  test('flags too few points and fits nothing to two', () => {
    const store = storeOf(grid([20, 40], [0.5, 1, 2]));
    const depth = isoflop(store, { flops: 3e7 }).curves.find((curve) => curve.along === 'depth');
    expect(depth).toMatchObject({ parabola: null, powerLaw: null });
    expect(depth?.flags).toContain('too-few-points');
  });

  test('schedules are kept apart when forward FLOPs are held, and traded when train FLOPs are', () => {
    const store = storeOf([...grid([20, 40, 80], [0.5, 1, 2], 10), ...grid([20, 40, 80], [0.5, 1, 2], 100)]);
    const epochs = isoflop(store, { flops: 4e7 }).curves.map((curve) => curve.held.epochs);
    expect([...new Set(epochs)]).toEqual([10, 100]);
    const traded = isoflop(store, { flops: 3 * 4e7 * 4000 * 10, axis: 'trainFlops' });
    expect(traded.curves.every((curve) => curve.held.epochs === undefined)).toBe(true);
  });

  test('an empty slice is empty; a bad cost or tolerance is refused', () => {
    const store = storeOf(grid([20, 40], [1]));
    expect(isoflop(store, { flops: 1e15 })).toMatchObject({ slice: [], sliceTotal: 0, curves: [] });
    expect(() => isoflop(store, { flops: 0 })).toThrow(/above 0/);
    expect(() => isoflop(store, { flops: 1e9, tolerance: 1 })).toThrow(/tolerance/);
  });
});
