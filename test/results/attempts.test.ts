import { describe, expect, test } from 'vitest';
import type { SqliteStore, TrialToStore } from '../../results/index.ts';
import { epochMetrics, freshStore, open, planned, result, started, sweepInput } from './support/fixtures.ts';

const CLAIM = { worker: 'w1', device: 'cpu', now: 10 };

function oneTrial(): { store: SqliteStore; sweep: string; trial: string } {
  const store = freshStore();
  const sweep = store.createSweep(sweepInput('a')).id;
  const plan: TrialToStore = planned();
  store.addTrials(sweep, [plan]);
  return { store, sweep, trial: plan.trial.id };
}

describe('the life of an attempt', () => {
  test('planned, queued, running, done', () => {
    const { store, sweep, trial } = oneTrial();
    expect(store.claim(trial, CLAIM)).toBe(1);
    expect(store.counts(sweep)).toMatchObject({ planned: 0, queued: 1 });
    expect(store.recordStarted(trial, 1, started(11))).toBe('stored');
    expect(store.counts(sweep)).toMatchObject({ queued: 0, running: 1 });
    expect(store.recordEpochs(trial, 1, [epochMetrics(1), epochMetrics(2, { minivalTop1: 0.6 })])).toBe('stored');
    expect(store.recordCheckpoint(trial, 1, 64, 12)).toBe('stored');
    expect(store.running(sweep)).toMatchObject([
      { trial, attempt: 1, state: 'running', epoch: 2, epochs: 3, minivalTop1: 0.6, pid: 42 },
    ]);
    expect(store.finish(trial, 1, result(0.7), 20)).toBe('stored');
    expect(store.counts(sweep)).toEqual({ planned: 0, queued: 0, running: 0, done: 1, failed: 0, cancelled: 0 });
    const detail = store.trial(trial.slice(0, 8));
    expect(detail.result).toEqual(result(0.7));
    expect(detail.epochs).toEqual([epochMetrics(1), epochMetrics(2, { minivalTop1: 0.6 })]);
    expect(detail.attempts).toMatchObject([{ attempt: 1, outcome: 'done', claimedAt: 10, startedAt: 11, endedAt: 20 }]);
    expect(store.running()).toEqual([]);
  });

  test('an attempt that ran out of memory is followed by one that holds less', () => {
    const { store, sweep, trial } = oneTrial();
    const failure = { kind: 'out-of-memory', message: 'bad_alloc', step: 3 } as const;
    store.claim(trial, CLAIM);
    store.recordStarted(trial, 1, started(11));
    expect(store.shrink(trial, 1, failure, 16, 12)).toBe('stored');
    expect(store.nextTrials(sweep, 1, 12)).toMatchObject([{ attempts: 1, crashes: 0, hostLosses: 0, microBatch: 16 }]);
    expect(store.claim(trial, CLAIM)).toBe(2);
    expect(store.shrink(trial, 1, failure, 8, 13)).toBe('fenced');
    expect(store.running(sweep)).toMatchObject([{ attempt: 2, microBatch: 16 }]);
    expect(store.trial(trial).attempts).toMatchObject([
      { attempt: 1, outcome: 'failed', ...failure, microBatch: null },
      { attempt: 2, outcome: 'open', microBatch: 16 },
    ]);
  });

  test('a retry that was timed before the clock was set back is due when the next process takes over', () => {
    const { store, sweep, trial } = oneTrial();
    store.claim(trial, CLAIM);
    store.fail(trial, 1, { kind: 'crash', message: 'x', step: null }, 7_200_000, 7_201_000);
    expect(store.nextTrials(sweep, 1, 20)).toEqual([]);
    store.releaseOrphans(20);
    expect(store.nextTrials(sweep, 1, 20)).toHaveLength(1);
  });

  test('a claimed trial cannot be claimed again', () => {
    const { store, sweep, trial } = oneTrial();
    store.claim(trial, CLAIM);
    expect(store.claim(trial, CLAIM)).toBeUndefined();
    expect(store.nextTrials(sweep, 1, 10)).toEqual([]);
  });

  test('an attempt that was followed by another is fenced out of everything', () => {
    const { store, sweep, trial } = oneTrial();
    store.claim(trial, CLAIM);
    store.recordStarted(trial, 1, started(11));
    expect(store.release(trial, 1, 'host-lost', 12)).toBe('stored');
    expect(store.claim(trial, { ...CLAIM, worker: 'w2' })).toBe(2);
    expect(store.recordStarted(trial, 1, started(13))).toBe('fenced');
    expect(store.recordEpochs(trial, 1, [epochMetrics(1)])).toBe('fenced');
    expect(store.recordCheckpoint(trial, 1, 32, 13)).toBe('fenced');
    expect(store.finish(trial, 1, result(0.1), 14)).toBe('fenced');
    expect(store.fail(trial, 1, { kind: 'crash', message: 'x', step: null }, 14)).toBe('fenced');
    expect(store.release(trial, 1, 'interrupted', 14)).toBe('fenced');
    expect(store.trial(trial).epochs).toEqual([]);
    expect(store.counts(sweep)).toMatchObject({ queued: 1, done: 0 });
    expect(store.finish(trial, 2, result(0.9), 15)).toBe('stored');
    expect(store.finish(trial, 1, result(0.1), 16)).toBe('fenced');
    expect(store.trial(trial).result?.minivalTop1).toBe(0.9);
  });

  test('the same result handed in twice is stored once', () => {
    const { store, trial } = oneTrial();
    store.claim(trial, CLAIM);
    store.finish(trial, 1, result(0.7), 20);
    expect(store.finish(trial, 1, result(0.2), 21)).toBe('stored');
    expect(store.trial(trial).result?.minivalTop1).toBe(0.7);
    expect(store.trial(trial).attempts[0]?.endedAt).toBe(20);
  });

  test('a released attempt that nobody followed may still hand in, with all that led to it', () => {
    const { store, sweep, trial } = oneTrial();
    store.claim(trial, CLAIM);
    store.release(trial, 1, 'interrupted', 12);
    expect(store.recordStarted(trial, 1, started(11))).toBe('stored');
    expect(store.recordEpochs(trial, 1, [epochMetrics(1)])).toBe('stored');
    expect(store.recordCheckpoint(trial, 1, 32, 13)).toBe('stored');
    // Until it does, the trial waits for whoever takes it.
    expect(store.nextTrials(sweep, 1, 13)).toHaveLength(1);
    expect(store.finish(trial, 1, result(0.7), 20)).toBe('stored');
    expect(store.trial(trial)).toMatchObject({
      state: 'done',
      epochs: [epochMetrics(1)],
      attempts: [{ pid: 42, startedAt: 11, outcome: 'done' }],
    });
    expect(store.recordEpochs(trial, 1, [epochMetrics(2)])).toBe('fenced');
    expect(store.claim(trial, CLAIM)).toBeUndefined();
  });

  test('no result without an attempt', () => {
    const { store, trial } = oneTrial();
    expect(store.finish(trial, 0, result(0.7), 20)).toBe('fenced');
    expect(store.finish(trial, 1, result(0.7), 20)).toBe('fenced');
  });

  test('what a worker says of a trial of another store is fenced, not a crash', () => {
    const { store } = oneTrial();
    const stranger = 'ffffffffffffffff';
    expect(store.claim(stranger, CLAIM)).toBeUndefined();
    expect(store.recordStarted(stranger, 1, started(11))).toBe('fenced');
    expect(store.finish(stranger, 1, result(0.7), 20)).toBe('fenced');
  });

  test('host losses and own failures are counted apart', () => {
    const { store, sweep, trial } = oneTrial();
    store.claim(trial, CLAIM);
    store.release(trial, 1, 'host-lost', 11);
    store.claim(trial, CLAIM);
    store.fail(trial, 2, { kind: 'crash', message: 'boom', step: 3 }, 12, 100);
    store.claim(trial, CLAIM);
    store.release(trial, 3, 'interrupted', 13);
    const [waiting] = store.nextTrials(sweep, 1, 100);
    expect(waiting).toMatchObject({ attempts: 3, crashes: 1, hostLosses: 1 });
  });

  test('a failed attempt waits until its retry is due', () => {
    const { store, sweep, trial } = oneTrial();
    store.claim(trial, CLAIM);
    store.fail(trial, 1, { kind: 'crash', message: 'boom', step: null }, 12, 100);
    expect(store.nextTrials(sweep, 1, 99)).toEqual([]);
    expect(store.nextRetryAt(sweep, 99)).toBe(100);
    expect(store.nextTrials(sweep, 1, 100)).toHaveLength(1);
    expect(store.nextRetryAt(sweep, 100)).toBeUndefined();
  });

  test('a final failure keeps kind, message and step, and retry forgives it', () => {
    const { store, sweep, trial } = oneTrial();
    store.claim(trial, CLAIM);
    store.fail(trial, 1, { kind: 'diverged', message: 'loss is NaN at step 12', step: 12 }, 20);
    expect(store.counts(sweep)).toMatchObject({ failed: 1, planned: 0 });
    expect(store.failures(sweep)).toEqual([
      { kind: 'diverged', message: 'loss is NaN at step 12', trials: 1, examples: [trial], step: 12 },
    ]);
    expect(store.finish(trial, 1, result(0.5), 21)).toBe('fenced');
    expect(store.retryFailed(sweep)).toBe(1);
    expect(store.counts(sweep)).toMatchObject({ failed: 0, planned: 1 });
    expect(store.claim(trial, CLAIM)).toBe(2);
  });

  test('failures that differ in numbers only are one cause', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a')).id;
    const plan = [1, 2, 3].map((seed) => planned({ seed }));
    store.addTrials(sweep, plan);
    for (const [i, { trial }] of plan.entries()) {
      store.claim(trial.id, CLAIM);
      const failure =
        i < 2
          ? { kind: 'diverged' as const, message: `NaN at step ${i + 7}` }
          : { kind: 'data' as const, message: 'no file' };
      store.fail(trial.id, 1, { ...failure, step: i + 7 }, 20);
    }
    expect(store.failures(sweep)).toMatchObject([
      { kind: 'diverged', trials: 2, step: 7 },
      { kind: 'data', trials: 1 },
    ]);
  });

  test('epochs after the checkpoint that an attempt resumed from are dropped', () => {
    const { store, trial } = oneTrial();
    store.claim(trial, CLAIM);
    store.recordStarted(trial, 1, started(11));
    store.recordEpochs(trial, 1, [epochMetrics(1), epochMetrics(2)]);
    store.release(trial, 1, 'host-lost', 12);
    store.claim(trial, CLAIM);
    store.recordStarted(trial, 2, started(13, { resumedFromStep: 32, note: 'newest checkpoint is corrupt' }));
    expect(store.trial(trial).epochs.map((e) => e.epoch)).toEqual([1]);
    expect(store.trial(trial).attempts[1]).toMatchObject({ resumedFromStep: 32, note: 'newest checkpoint is corrupt' });
  });

  test('attempts of a dead orchestrator go back to planned, but for those whose worker lives', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a')).id;
    const plan = [1, 2, 3].map((seed) => planned({ seed }));
    store.addTrials(sweep, plan);
    for (const [i, { trial }] of plan.entries()) store.claim(trial.id, { ...CLAIM, worker: `w${i}` });
    store.close();
    const next = open(store.file);
    expect(next.releaseOrphans(50, ({ worker }) => worker === 'w1')).toBe(2);
    expect(next.counts(sweep)).toMatchObject({ planned: 2, queued: 1 });
    expect(next.trial(plan[0]!.trial.id).attempts).toMatchObject([
      { outcome: 'released', kind: 'interrupted', endedAt: 50 },
    ]);
  });

  test('a batch is stored whole or not at all', () => {
    const { store, sweep, trial } = oneTrial();
    expect(() =>
      store.batch(() => {
        store.claim(trial, CLAIM);
        store.finish(trial, 1, result(0.7), 20);
        throw new Error('half-way');
      }),
    ).toThrow('half-way');
    expect(store.counts(sweep)).toMatchObject({ planned: 1, done: 0 });
    expect(store.trial(trial).attempts).toEqual([]);
  });

  test('a store that was not opened to run refuses to hand out', () => {
    const { store, trial } = oneTrial();
    const beside = open(store.file, { mode: 'steer' });
    expect(() => beside.claim(trial, CLAIM)).toThrow(/mode 'run'/);
  });

  test('status tells counts, workers, failures and a time to go', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a')).id;
    const plan = [1, 2, 3].map((seed) => planned({ seed }));
    store.addTrials(sweep, plan);
    expect(store.statusOf(sweep).etaSeconds).toBeNull();
    store.claim(plan[0]!.trial.id, CLAIM);
    store.finish(plan[0]!.trial.id, 1, result(0.5, { seconds: 30 }), 40);
    store.claim(plan[1]!.trial.id, CLAIM);
    expect(store.statusOf(sweep)).toMatchObject({
      sweep,
      name: 'a',
      state: 'active',
      etaSeconds: 60,
      workers: [{ worker: 'w1' }],
    });
    // Of two slots one has just finished and holds nothing yet.
    expect(store.statusOf(sweep, 2).etaSeconds).toBe(30);
    store.claim(plan[2]!.trial.id, CLAIM);
    expect(store.statusOf(sweep).etaSeconds).toBe(30);
  });

  test('the time left counts down while trials are at work, to their predicted time at most', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a')).id;
    const plan = [1, 2, 3].map((seed) => planned({ seed }));
    store.addTrials(sweep, plan);
    store.claim(plan[0]!.trial.id, CLAIM);
    store.finish(plan[0]!.trial.id, 1, result(0.5, { seconds: 30 }), 40);
    store.claim(plan[1]!.trial.id, CLAIM);
    store.recordStarted(plan[1]!.trial.id, 1, started(1000));
    const leftAt = (seconds: number) => store.statusOf(sweep, 1, 1000 + seconds * 1000).etaSeconds;
    expect([0, 10, 20, 60].map(leftAt)).toEqual([60, 50, 40, 31.5]);
    // A clock that was set back takes nothing off.
    expect(leftAt(-100)).toBe(60);
  });
});
