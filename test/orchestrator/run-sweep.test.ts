import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVENT_VERSION, ScalesweepError, type Trial } from '../../contract/index.ts';
import type { SweepNews } from '../../orchestrator/sweep/news.ts';
import { RETRY_LIMITS } from '../../orchestrator/sweep/retry-policy.ts';
import { runSweep, type SweepOutcome } from '../../orchestrator/sweep/run-sweep.ts';
import { openStore, type SqliteStore } from '../../results/index.ts';
import { makeFakeDispatcher, RESULT, type Fate, type FakeDispatcher } from './support/fake-dispatcher.ts';
import { useFolders } from './support/folders.ts';
import { COST, noopTrial, noopTrials } from './support/trials.ts';
import { waitUntil } from './support/wait-until.ts';

describe('the sweep loop', () => {
  const newFolder = useFolders();
  let store: SqliteStore;
  let news: SweepNews[];
  let stop: AbortController;

  beforeEach(() => {
    store = openStore(path.join(newFolder(), 'results.db'), { mode: 'run' });
    news = [];
    stop = new AbortController();
  });
  afterEach(() => store.close());

  const makeSweep = (
    trials: readonly Trial[],
    trainFlops: (index: number) => number = () => COST.trainFlops,
  ): string => {
    const { id } = store.createSweep({
      name: 'test',
      gridFile: 'test.yaml',
      gridText: '',
      gridHash: '0123456789abcdef',
      question: null,
      budgets: {},
      overrides: {},
      environment: {},
      createdAt: 0,
    });
    store.addTrials(
      id,
      trials.map((trial, index) => ({
        trial,
        cell: { width: 1, depth: 8, resolution: 8, epochs: trial.spec.epochs },
        cost: { ...COST, trainFlops: trainFlops(index) },
      })),
    );
    return id;
  };
  const run = (
    sweep: string,
    dispatcher: FakeDispatcher,
    now = (): number => Date.now(),
    limits = { ...RETRY_LIMITS, backoffMs: 5 },
  ): Promise<SweepOutcome> =>
    runSweep({
      store,
      sweep,
      dispatcher,
      watch: (item) => news.push(item),
      signal: stop.signal,
      now,
      limits,
    });
  /** The given fates in turn, then `done`. */
  const inTurn = (...fates: Fate[]): FakeDispatcher => makeFakeDispatcher(() => fates.shift() ?? 'done');

  it('hands out every trial once and stores its result', async () => {
    const trials = noopTrials(20);
    const dispatcher = inTurn();
    const outcome = await run(makeSweep(trials), dispatcher);
    expect(outcome).toMatchObject({ kind: 'finished', counts: { done: 20, planned: 0, running: 0 } });
    expect(new Set(dispatcher.handed.map(({ trial }) => trial.id)).size).toBe(20);
    expect(store.trial(trials[3]!.id).result).toEqual(RESULT);
    expect(dispatcher.settledTrials).toHaveLength(20);
  });

  it('starts no worker when nothing is left', async () => {
    const sweep = makeSweep(noopTrials(3));
    await run(sweep, inTurn());
    const dispatcher = inTurn();
    expect(await run(sweep, dispatcher)).toMatchObject({ kind: 'finished', counts: { done: 3 } });
    expect(dispatcher.handed).toEqual([]);
  });

  it('hands the longest out first', async () => {
    // Cells differ in epochs, since trials of one cell cost the same.
    const trials = [1, 2, 3, 4].map((epochs) => noopTrial(0, { epochs }));
    const dispatcher = inTurn();
    await run(
      makeSweep(trials, (index) => 1e9 * (index + 1)),
      dispatcher,
    );
    expect(dispatcher.handed.map(({ trial }) => trial.spec.epochs)).toEqual([4, 3, 2, 1]);
  });

  it('tries a crashing trial again, up to three times, each as a new attempt', async () => {
    const dispatcher = makeFakeDispatcher(() => 'crash');
    const outcome = await run(makeSweep(noopTrials(1)), dispatcher);
    expect(outcome).toMatchObject({ kind: 'finished', counts: { failed: 1, done: 0 } });
    expect(dispatcher.handed.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('tries again within the delay of a retry when the clock is set back meanwhile', async () => {
    let setBackMs = 0;
    const dispatcher = makeFakeDispatcher(({ attempt }) => {
      setBackMs += 2 * 3600_000;
      return attempt < 3 ? 'crash' : 'done';
    });
    const outcome = await run(makeSweep(noopTrials(1)), dispatcher, () => Date.now() - setBackMs);
    expect(outcome).toMatchObject({ kind: 'finished', counts: { done: 1 } });
  });

  it('forgives a crash that does not come again', async () => {
    const outcome = await run(makeSweep(noopTrials(1)), inTurn('crash', 'crash'));
    expect(outcome).toMatchObject({ kind: 'finished', counts: { failed: 0, done: 1 } });
  });

  it('halves what a trial holds in memory until it fits, and charges it no crash', async () => {
    const trial = noopTrial(1, { recipe: { ...noopTrial(1).spec.recipe, batchSize: 32 } });
    const sweep = makeSweep([trial]);
    const dispatcher = makeFakeDispatcher(({ microBatch = 32 }) => (microBatch > 8 ? 'out-of-memory' : 'done'));
    const outcome = await run(sweep, dispatcher);
    expect(outcome).toMatchObject({ kind: 'finished', counts: { done: 1, failed: 0 } });
    expect(dispatcher.handed.map(({ attempt, microBatch }) => [attempt, microBatch])).toEqual([
      [1, undefined],
      [2, 16],
      [3, 8],
    ]);
    expect(store.trial(trial.id).attempts).toMatchObject([
      { outcome: 'failed', kind: 'out-of-memory', microBatch: null },
      { outcome: 'failed', kind: 'out-of-memory', microBatch: 16 },
      { outcome: 'done', microBatch: 8 },
    ]);
  });

  it('never hands out the same attempt twice when nothing fits, and says what was tried', async () => {
    const trial = noopTrial(1, { recipe: { ...noopTrial(1).spec.recipe, batchSize: 32 } });
    const dispatcher = makeFakeDispatcher(() => 'out-of-memory');
    const sweep = makeSweep([trial]);
    expect(await run(sweep, dispatcher)).toMatchObject({ kind: 'finished', counts: { failed: 1 } });
    expect(dispatcher.handed.map(({ microBatch }) => microBatch)).toEqual([undefined, 16, 8, 4]);
    expect(store.failures(sweep)).toMatchObject([
      { kind: 'out-of-memory', message: expect.stringContaining('4 of its 32 images at a time') as string },
    ]);
  });

  it('continues with the micro-batch that it had come to when it is resumed, and with the whole batch after a retry', async () => {
    const trial = noopTrial(1, { recipe: { ...noopTrial(1).spec.recipe, batchSize: 32 } });
    const sweep = makeSweep([trial]);
    const first = makeFakeDispatcher(({ microBatch }) => (microBatch === undefined ? 'out-of-memory' : 'hold'));
    const outcome = run(sweep, first);
    await waitUntil('the smaller one is at work', () => first.handed.length === 2);
    expect(store.running(sweep)).toMatchObject([{ attempt: 2, microBatch: 16 }]);
    stop.abort();
    expect(await outcome).toMatchObject({ kind: 'interrupted' });
    stop = new AbortController();
    const second = makeFakeDispatcher(() => 'config');
    await run(sweep, second);
    expect(second.handed.map(({ attempt, microBatch }) => [attempt, microBatch])).toEqual([[3, 16]]);
    store.retryFailed(sweep);
    const third = inTurn();
    await run(sweep, third);
    expect(third.handed.map(({ microBatch }) => microBatch)).toEqual([undefined]);
  });

  it.each(['diverged', 'config'] as const)('takes %s as final', async (kind) => {
    const dispatcher = makeFakeDispatcher(() => kind);
    const outcome = await run(makeSweep(noopTrials(1)), dispatcher);
    expect(outcome).toMatchObject({ kind: 'finished', counts: { failed: 1 } });
    expect(dispatcher.handed).toHaveLength(1);
  });

  it('charges a trial nothing for ten lost hosts', async () => {
    const dispatcher = inTurn(...Array.from({ length: 10 }, (): Fate => 'host-lost'), 'crash', 'crash');
    const outcome = await run(makeSweep(noopTrials(1)), dispatcher);
    expect(outcome).toMatchObject({ kind: 'finished', counts: { done: 1 } });
    expect(dispatcher.handed).toHaveLength(13);
  });

  it('hands on what a host had before all that comes after it', async () => {
    const trials = noopTrials(10);
    const dispatcher = inTurn('done', 'host-lost', 'done');
    const outcome = await run(
      makeSweep(trials, (index) => 1e12 - index),
      dispatcher,
    );
    expect(outcome).toMatchObject({ kind: 'finished', counts: { done: 10 } });
    const handed = dispatcher.handed.map(({ trial, attempt }) => [
      trials.findIndex(({ id }) => id === trial.id),
      attempt,
    ]);
    expect(handed.slice(0, 4)).toEqual([
      [0, 1],
      [1, 1],
      [1, 2],
      [2, 1],
    ]);
  });

  it('gives a trial up that takes every host down', async () => {
    const dispatcher = makeFakeDispatcher(() => 'host-lost');
    const outcome = await run(makeSweep(noopTrials(1)), dispatcher);
    expect(outcome).toMatchObject({ kind: 'finished', counts: { failed: 1 } });
    expect(dispatcher.handed).toHaveLength(20);
  });

  it.each(['data', 'device'] as const)(
    'halts when every worker fails by %s, and fails no trial for it',
    async (kind) => {
      const dispatcher = makeFakeDispatcher(() => kind);
      const outcome = await run(makeSweep(noopTrials(50)), dispatcher);
      expect(outcome).toMatchObject({ kind: 'halted', failure: { kind }, counts: { planned: 50, failed: 0 } });
      expect(dispatcher.handed).toHaveLength(3);
    },
  );

  it.each(['crash', 'config'] as const)('halts when three trials fail alike by %s and none is done', async (kind) => {
    const dispatcher = makeFakeDispatcher(() => kind);
    const outcome = await run(makeSweep(noopTrials(50)), dispatcher);
    expect(outcome).toMatchObject({ kind: 'halted', alike: 3, failure: { kind } });
    expect(new Set(dispatcher.handed.map(({ trial }) => trial.id)).size).toBe(3);
  });

  it('trains on where a trial is done between those that fail alike', async () => {
    const outcome = await run(makeSweep(noopTrials(6)), inTurn('config', 'config', 'done', 'config', 'config'));
    expect(outcome).toMatchObject({ kind: 'finished', counts: { done: 2, failed: 4 } });
  });

  it('trains on where trials of the sweep were done before', async () => {
    const trials = noopTrials(6);
    const sweep = makeSweep(trials);
    const first = makeFakeDispatcher(() => (first.handed.length === 1 ? 'done' : 'hold'));
    const outcome = run(sweep, first);
    await waitUntil('one is done', () => store.counts(sweep).done === 1);
    stop.abort();
    await outcome;
    stop = new AbortController();
    expect(
      await run(
        sweep,
        makeFakeDispatcher(() => 'config'),
      ),
    ).toMatchObject({ kind: 'finished', counts: { done: 1, failed: 5 } });
  });

  it('trains on in spite of it where it is told to', async () => {
    const dispatcher = makeFakeDispatcher(() => 'config');
    const limits = { ...RETRY_LIMITS, alike: Infinity };
    expect(await run(makeSweep(noopTrials(5)), dispatcher, undefined, limits)).toMatchObject({
      kind: 'finished',
      counts: { failed: 5 },
    });
  });

  it('does not halt when shared failures are rare', async () => {
    const fates = Array.from({ length: 5 }, (): Fate[] => ['data', 'done']).flat();
    const outcome = await run(makeSweep(noopTrials(10)), inTurn(...fates));
    expect(outcome).toMatchObject({ kind: 'finished', counts: { done: 10 } });
  });

  it('hands back what is running when interrupted', async () => {
    const dispatcher = makeFakeDispatcher(({ trial }) => (trial.spec.seed < 2 ? 'done' : 'hold'));
    const sweep = makeSweep(noopTrials(5));
    const outcome = run(sweep, dispatcher);
    await waitUntil('one is held', () => dispatcher.handed.length === 3);
    stop.abort();
    expect(await outcome).toMatchObject({
      kind: 'interrupted',
      counts: { done: 2, planned: 3, running: 0, queued: 0, failed: 0 },
    });
  });

  it.each(['paused', 'cancelled'] as const)('sees that somebody else has %s the sweep', async (state) => {
    const dispatcher = makeFakeDispatcher(() => 'hold');
    const sweep = makeSweep(noopTrials(5));
    const outcome = run(sweep, dispatcher);
    await waitUntil('one is held', () => dispatcher.handed.length === 1);
    const elsewhere = openStore(store.file, { mode: 'steer' });
    elsewhere.setSweepState(sweep, state);
    elsewhere.close();
    expect((await outcome).kind).toBe(state);
  });

  it('stores nothing of an attempt that is not the newest', async () => {
    const sweep = makeSweep(noopTrials(1));
    const [trial] = noopTrials(1);
    const dispatcher = makeFakeDispatcher(() => 'hold');
    const outcome = run(sweep, dispatcher);
    await waitUntil('it is at work', () => dispatcher.handed.length === 1);
    dispatcher.say({ v: EVENT_VERSION, trial: trial!.id, attempt: 7, type: 'done', result: RESULT });
    expect(store.counts(sweep)).toMatchObject({ done: 0, queued: 1 });
    stop.abort();
    await outcome;
    expect(news.filter(({ type }) => type === 'done')).toEqual([]);
  });

  it('keeps what workers say while the store is locked, and stores it in order', async () => {
    const sweep = makeSweep(noopTrials(3));
    let refusals = 3;
    const flaky = new Proxy(store, {
      get: (target, name) => {
        if (name !== 'finish') {
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return (...args: Parameters<SqliteStore['finish']>) => {
          if (refusals-- > 0) throw new ScalesweepError('STORE_LOCKED', 'Expected to write, got a locked store');
          return target.finish(...args);
        };
      },
    });
    const outcome = await runSweep({
      store: flaky,
      sweep,
      dispatcher: inTurn(),
      watch: (item) => news.push(item),
      signal: stop.signal,
      now: () => Date.now(),
    });
    expect(outcome).toMatchObject({ kind: 'finished', counts: { done: 3 } });
    expect(news.filter(({ type }) => type === 'store-waits')).toHaveLength(3);
    expect(news.filter(({ type }) => type === 'done')).toHaveLength(3);
  });

  it('lets workers save their state and throws when the store is broken for good', async () => {
    const sweep = makeSweep(noopTrials(3));
    const broken = new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'finish') {
          return () => {
            throw new ScalesweepError('STORE_CORRUPT', 'Expected a whole store, got a damaged one');
          };
        }
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const outcome = runSweep({
      store: broken,
      sweep,
      dispatcher: inTurn(),
      watch: () => undefined,
      signal: stop.signal,
      now: () => Date.now(),
    });
    await expect(outcome).rejects.toThrow('a damaged one');
  });
});
