import { describe, expect, test } from 'vitest';
import { best, measuredCells, resultRows, type ImportedResult } from '../../results/index.ts';
import { complete, freshStore, planned, sweepInput } from './support/fixtures.ts';

const POINT: ImportedResult = { width: 1, depth: 101, resolution: 128, epochs: 350, flops: 5.3e9, minivalTop1: 0.799 };

describe('results trained elsewhere', () => {
  test('are finished trials of a sweep that queries answer from', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('figure')).id;
    expect(store.addResults(sweep, 'imagenet', [POINT, { ...POINT, depth: 200, minivalTop1: 0.811 }], 5)).toBe(2);
    expect(store.sweep(sweep)).toMatchObject({ source: 'imported', complete: true });
    expect(store.counts(sweep)).toMatchObject({ planned: 0, done: 2 });
    expect(best(store).best).toMatchObject({ depth: 200, minivalTop1: 0.811, params: null, testTop1: null });
    expect(resultRows(store)[0]).toMatchObject({ source: 'imported', sweep, seed: 0 });
  });

  test('again are nothing new', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('figure')).id;
    store.addResults(sweep, 'imagenet', [POINT], 5);
    expect(store.addResults(sweep, 'imagenet', [POINT], 6)).toBe(0);
    expect(measuredCells(store)).toHaveLength(1);
  });

  test('rows of one cell without a seed are its seeds', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('figure')).id;
    store.addResults(sweep, 'imagenet', [POINT, { ...POINT, minivalTop1: 0.801 }], 5);
    expect(resultRows(store).map((row) => row.seed)).toEqual([0, 1]);
    expect(measuredCells(store)[0]).toMatchObject({ seeds: 2, minivalTop1: 0.8 });
  });

  test('a point that stands in two tables is one training: the surer reading stays, what is new is added', () => {
    const store = freshStore();
    const rough = store.createSweep(sweepInput('figure 2')).id;
    const fine = store.createSweep(sweepInput('figure 3', 2)).id;
    store.addResults(rough, 'imagenet', [{ ...POINT, minivalTop1: 0.8, readingError: 0.002, params: 6e7 }], 5);
    store.addResults(fine, 'imagenet', [{ ...POINT, minivalTop1: 0.799, readingError: 0.0002, stepMs: 37 }], 6);
    store.addResults(rough, 'imagenet', [{ ...POINT, minivalTop1: 0.8, readingError: 0.002 }], 7);
    expect(resultRows(store)).toMatchObject([{ minivalTop1: 0.799, readingError: 0.0002, stepMs: 37, params: 6e7 }]);
    expect(measuredCells(store, { sweep: rough })).toHaveLength(1);
    expect(measuredCells(store, { sweep: fine })).toHaveLength(1);
  });

  test('a reading error gives an interval where no cell has two seeds', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('figure')).id;
    store.addResults(
      sweep,
      'imagenet',
      [
        { ...POINT, readingError: 0.001 },
        { ...POINT, depth: 200, minivalTop1: 0.801, readingError: 0.001 },
        { ...POINT, depth: 300, minivalTop1: 0.79, readingError: 0.001 },
      ],
      5,
    );
    const answer = best(store);
    expect(answer.best?.interval?.[0]).toBeCloseTo(0.801 - 1.96 * 0.001, 5);
    expect(answer.withinNoise.map((cell) => cell.depth)).toEqual([101]);
  });

  test('are never mixed with results of another dataset', () => {
    const store = freshStore();
    store.addResults(store.createSweep(sweepInput('figure')).id, 'imagenet', [POINT], 5);
    const sweep = store.createSweep(sweepInput('mine', 2)).id;
    const trial = planned({ depth: 20 });
    store.addTrials(sweep, [trial]);
    complete(store, trial, 0.5);
    expect(measuredCells(store).map((cell) => cell.depth)).toEqual([20]);
    expect(measuredCells(store, { sweep: 'figure' }).map((cell) => cell.depth)).toEqual([101]);
  });
});
