import { describe, expect, it } from 'vitest';
import { expectedTime } from '../../orchestrator/launch/train/expected-time.ts';
import type { WaitingTrial } from '../../results/index.ts';

const waiting = [60, 40, 20].map((seconds, seed) => ({ trial: { spec: { seed } }, cost: { seconds } }));
const store = { nextTrials: () => waiting as unknown as WaitingTrial[] };
const predictor = {
  isMeasured: true,
  knows: () => true,
  seconds: (_: unknown, cost: object) => (cost as { seconds: number }).seconds,
};

describe('the line before the first trial', () => {
  it.each([
    [1, 'about 2 min 00 s for 3 trials with 1 worker, at the pace measured on this machine'],
    [2, 'about 1 min 00 s for 3 trials with 2 workers, at the pace measured on this machine'],
  ])('says what the trials take on %i workers', (workers, line) => {
    expect(expectedTime(store, { id: 's' }, predictor, { workers })).toBe(line);
  });

  it('is left out where this machine was not measured', () => {
    expect(expectedTime(store, { id: 's' }, { ...predictor, isMeasured: false }, {})).toBeUndefined();
    expect(expectedTime(store, { id: 's' }, { ...predictor, knows: ({ seed }) => seed < 2 }, {})).toBeUndefined();
  });
});
