import fc from '../support/property.ts';
import { describe, expect, test, vi } from 'vitest';
import type { SqliteStore } from '../../results/index.ts';
import { freshStore, planned, result, sweepInput } from './support/fixtures.ts';
import { COMPUTES_A_WHILE } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: COMPUTES_A_WHILE, hookTimeout: COMPUTES_A_WHILE });

const TRIALS = 4;
const PLANS = [
  [0, 1, 2],
  [1, 2, 3],
] as const;

interface Model {
  state: 'planned' | 'queued' | 'done' | 'failed';
  attempt: number;
  /** Whether the newest attempt was ended by a release or a failure that is retried. */
  top1: number | null;
}

type Step =
  | readonly ['claim' | 'finish' | 'fail' | 'retry-later' | 'release', trial: number, lag: number]
  | readonly ['retry', sweep: number, lag: number];

/** What the store is meant to do, in a few lines; returns what the call returns. */
function apply(model: Model[], [what, which, lag]: Step): unknown {
  if (what === 'retry') {
    const failed = PLANS[which]!.filter((trial) => model[trial]!.state === 'failed');
    for (const trial of failed) model[trial]!.state = 'planned';
    return failed.length;
  }
  const trial = model[which]!;
  const attempt = trial.attempt - lag;
  const isOpen = trial.state === 'queued' && lag === 0;
  switch (what) {
    case 'claim':
      if (trial.state !== 'planned') return undefined;
      trial.state = 'queued';
      return ++trial.attempt;
    case 'finish':
      if (lag > 0 || attempt === 0 || trial.state === 'failed') return 'fenced';
      if (trial.state !== 'done') trial.top1 = attempt / 100;
      trial.state = 'done';
      return 'stored';
    case 'fail':
      if (!isOpen) return 'fenced';
      trial.state = 'failed';
      return 'stored';
    case 'retry-later':
    case 'release':
      if (!isOpen) return 'fenced';
      trial.state = 'planned';
      return 'stored';
  }
}

function perform(
  store: SqliteStore,
  ids: readonly string[],
  sweeps: readonly string[],
  model: readonly Model[],
  [what, which, lag]: Step,
): unknown {
  if (what === 'retry') return store.retryFailed(sweeps[which]!);
  const id = ids[which]!;
  const attempt = model[which]!.attempt - lag;
  switch (what) {
    case 'claim':
      return store.claim(id, { worker: 'w', device: 'cpu', now: 1 });
    case 'finish':
      return store.finish(id, attempt, result(attempt / 100), 2);
    case 'fail':
      return store.fail(id, attempt, { kind: 'crash', message: 'x', step: null }, 2);
    case 'retry-later':
      return store.fail(id, attempt, { kind: 'crash', message: 'x', step: null }, 2, 0);
    case 'release':
      return store.release(id, attempt, 'host-lost', 2);
  }
}

describe('any order of events', () => {
  test('leaves the store as the rules say: states, counts of every sweep, what waits, one result each', () => {
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.tuple(
        fc.constantFrom(
          'claim' as const,
          'claim' as const,
          'finish' as const,
          'fail' as const,
          'retry-later' as const,
          'release' as const,
        ),
        fc.nat(TRIALS - 1),
        fc.constantFrom(0, 0, 0, 1),
      ),
      fc.tuple(fc.constant('retry' as const), fc.nat(1), fc.constant(0)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const store = freshStore();
        const plan = Array.from({ length: TRIALS }, (_, seed) => planned({ seed }));
        const ids = plan.map(({ trial }) => trial.id);
        const sweeps = PLANS.map((trials, i) => {
          const { id } = store.createSweep(sweepInput(`s${i}`));
          store.addTrials(
            id,
            trials.map((trial) => plan[trial]!),
          );
          return id;
        });
        const model: Model[] = ids.map(() => ({ state: 'planned', attempt: 0, top1: null }));
        for (const each of steps) {
          const got = perform(store, ids, sweeps, model, each);
          expect(got).toEqual(apply(model, each));
        }
        for (const [i, id] of sweeps.entries()) {
          const states = PLANS[i]!.map((trial) => model[trial]!.state);
          const count = (state: Model['state']): number => states.filter((each) => each === state).length;
          expect(store.counts(id)).toEqual({
            planned: count('planned'),
            queued: count('queued'),
            running: 0,
            done: count('done'),
            failed: count('failed'),
            cancelled: 0,
          });
          const waiting = store.nextTrials(id, 9, 1).map(({ trial }) => trial.id);
          expect(waiting.toSorted()).toEqual(
            PLANS[i]!.filter((trial) => model[trial]!.state === 'planned')
              .map((trial) => ids[trial]!)
              .toSorted(),
          );
        }
        for (const [i, id] of ids.entries()) {
          const detail = store.trial(id);
          expect(detail.result?.minivalTop1 ?? null).toBe(model[i]!.state === 'done' ? model[i]!.top1 : null);
          expect(detail.attempts).toHaveLength(model[i]!.attempt);
        }
        store.close();
      }),
      { numRuns: 60 },
    );
  });
});
