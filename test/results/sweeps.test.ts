import { describe, expect, test } from 'vitest';
import { isScalesweepError } from '../../contract/index.ts';
import { trialFacts } from '../../results/queries/trial-facts.ts';
import { complete, freshStore, planned, sweepInput } from './support/fixtures.ts';

describe('a sweep and its plan', () => {
  test('the same grid is the same sweep, and stores nothing twice', () => {
    const store = freshStore();
    const plan = [planned({ depth: 20 }), planned({ depth: 26 })];
    const first = store.createSweep(sweepInput('a', 1));
    expect(store.addTrials(first.id, plan)).toEqual({ total: 2, added: 2, done: 0 });
    const again = store.createSweep(sweepInput('a', 5));
    expect(again.id).toBe(first.id);
    expect(store.addTrials(again.id, plan)).toEqual({ total: 2, added: 0, done: 0 });
    expect(store.sweeps()).toHaveLength(1);
  });

  test('the latest is the one last run, also when the clock was set back in between', () => {
    const store = freshStore();
    store.createSweep(sweepInput('a', 7_200_000));
    store.createSweep(sweepInput('b', 5));
    expect(store.sweep().name).toBe('b');
    store.createSweep(sweepInput('a', 3));
    expect(store.sweep().name).toBe('a');
    expect(store.sweeps().map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('a longer grid shares the trials of the shorter, finished ones included', () => {
    const store = freshStore();
    const plan = [planned({ depth: 20 }), planned({ depth: 26 })];
    const first = store.createSweep(sweepInput('a'));
    store.addTrials(first.id, plan);
    complete(store, plan[0]!, 0.8);
    const longer = store.createSweep(sweepInput('b', 2));
    expect(store.addTrials(longer.id, [...plan, planned({ depth: 32 })])).toEqual({ total: 3, added: 1, done: 1 });
    expect(store.nextTrials(longer.id, 10, 0).map((waiting) => waiting.trial.spec.model.depth)).toEqual([32, 26]);
  });

  test('a trial that stands twice in a plan counts once', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a'));
    expect(store.addTrials(sweep.id, [planned(), planned()])).toEqual({ total: 1, added: 1, done: 0 });
  });

  test('a plan that broke off is not complete, and the next run completes it', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a'));
    const plan = Array.from({ length: 1200 }, (_, i) => planned({ seed: i }));
    function* broken(): Generator<(typeof plan)[number]> {
      yield* plan.slice(0, 700);
      throw new Error('power cut');
    }
    expect(() => store.addTrials(sweep.id, broken())).toThrow('power cut');
    expect(store.sweep(sweep.id).complete).toBe(false);
    expect(store.counts(sweep.id).planned).toBe(500);
    store.addTrials(sweep.id, plan);
    expect(store.sweep(sweep.id).complete).toBe(true);
    expect(store.counts(sweep.id).planned).toBe(1200);
  });

  test('trials are handed out longest first, or by the priority that was given', () => {
    const store = freshStore();
    const plan = [planned({ depth: 20 }), planned({ depth: 50 }), planned({ depth: 26 })];
    const longest = store.createSweep(sweepInput('longest'));
    store.addTrials(longest.id, plan);
    expect(store.nextTrials(longest.id, 2, 0).map(({ trial }) => trial.spec.model.depth)).toEqual([50, 26]);
    const given = store.createSweep(sweepInput('given'));
    store.addTrials(given.id, plan, { priority: (_, index) => -index });
    expect(store.nextTrials(given.id, 3, 0).map(({ trial }) => trial.spec.model.depth)).toEqual([20, 50, 26]);
  });

  test('predictions told again order what is not done, and leave what was said of the others', () => {
    const store = freshStore();
    const plan = [20, 50, 26].map((depth) => planned({ depth }));
    const { id } = store.createSweep(sweepInput('a'));
    store.addTrials(id, plan, { predictedSeconds: () => 1 });
    complete(store, plan[1]!, 0.8);
    store.predictAgain(id, ({ model }) => 100 - model.depth);
    const waiting = store.nextTrials(id, 3, 0);
    expect(waiting.map(({ trial, predictedSeconds }) => [trial.spec.model.depth, predictedSeconds])).toEqual([
      [20, 80],
      [26, 74],
    ]);
    expect(trialFacts(store).predictions).toMatchObject([{ id: plan[1]!.trial.id, predictedSeconds: 1 }]);
  });

  test('a trial comes back as it went in', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a'));
    const trial = planned({ width: 0.3, seed: 4_294_967_295 });
    store.addTrials(sweep.id, [trial], { predictedSeconds: () => 12.5 });
    const [waiting] = store.nextTrials(sweep.id, 1, 0);
    expect(waiting?.trial).toEqual(trial.trial);
    expect(waiting?.cost).toEqual(trial.cost);
    expect(waiting?.predictedSeconds).toBe(12.5);
  });

  test('train FLOPs beyond 2^63 are kept exactly', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a'));
    store.addTrials(sweep.id, [planned({ flops: 9.53e17 })]);
    expect(store.nextTrials(sweep.id, 1, 0)[0]?.cost.trainFlops).toBe(3 * 9.53e17 * 4000 * 3);
  });

  test('a sweep is found by prefix or name; none and several are refused', () => {
    const store = freshStore();
    expect(() => store.sweep()).toThrow(/empty store/);
    const a = store.createSweep(sweepInput('a', 1));
    const b = store.createSweep(sweepInput('b', 2));
    expect(store.sweep(a.id.slice(0, 6)).id).toBe(a.id);
    expect(store.sweep('b').id).toBe(b.id);
    expect(store.sweep().id).toBe(b.id);
    store.createSweep(sweepInput('a', 3));
    expect(store.sweep().id).toBe(a.id);
    expect(() => store.sweep('no-such')).toThrow(/Expected the id of a sweep/);
    expect(() => store.sweep('')).toThrow(/Expected the id of a sweep/);
    const { gridHash, ...rest } = sweepInput('c');
    store.createSweep({ ...rest, name: 'a', gridHash: `${gridHash}0` });
    try {
      store.sweep('a');
      expect.unreachable();
    } catch (error) {
      expect(isScalesweepError(error) && error.code).toBe('USAGE');
    }
  });

  test('a paused or cancelled sweep hands out nothing; a trial shared with an active one still goes', () => {
    const store = freshStore();
    const [a, b] = [store.createSweep(sweepInput('a')), store.createSweep(sweepInput('b'))];
    store.addTrials(a.id, [planned({ depth: 20 }), planned({ depth: 26 })]);
    store.addTrials(b.id, [planned({ depth: 26 })]);
    store.setSweepState(a.id, 'paused');
    expect(store.nextTrials(a.id, 5, 0)).toEqual([]);
    expect(store.counts(a.id).planned).toBe(2);
    store.setSweepState(a.id, 'cancelled');
    expect(store.counts(a.id)).toMatchObject({ planned: 0, cancelled: 2 });
    expect(store.nextTrials(b.id, 5, 0)).toHaveLength(1);
    store.createSweep(sweepInput('a'));
    expect(store.counts(a.id)).toMatchObject({ planned: 2, cancelled: 0 });
  });
});
