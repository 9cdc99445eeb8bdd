import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CostMemo } from '../../grids/plan/cost-memo.ts';
import { IdSet } from '../../grids/plan/id-set.ts';
import { trialCost } from '../../compiler/index.ts';
import { planned, VALID } from './support.ts';

describe('IdSet', () => {
  it('agrees with a set of texts while it grows', () => {
    const ids = new IdSet();
    const texts = new Set<string>();
    for (let i = 0; i < 20_000; i++) {
      // Every id comes up about twice.
      const id = createHash('sha256')
        .update(String((i * 7919) % 10_000))
        .digest('hex')
        .slice(0, 16);
      expect(ids.add(id)).toBe(!texts.has(id));
      texts.add(id);
    }
    expect(ids.size).toBe(texts.size);
  });

  it('holds the id 0, and ids that meet in one slot', () => {
    const ids = new IdSet();
    const meeting = [
      '0000000000000000',
      '0000000100000000',
      '0000000200000000',
      '00000000000003ff',
      '00000001000003ff',
    ];
    expect(meeting.map((id) => ids.add(id))).toEqual(meeting.map(() => true));
    expect(meeting.map((id) => ids.add(id))).toEqual(meeting.map(() => false));
  });
});

describe('CostMemo', () => {
  const specs = planned(VALID).flatMap((item) => (item.kind === 'trial' ? [item.trial.spec] : []));

  it.each([1, 3, 1000])('gives the right cost when it may keep %i', (capacity) => {
    const memo = new CostMemo(capacity);
    for (const spec of [...specs, ...specs]) expect(memo.costOf(spec)).toEqual({ cost: trialCost(spec) });
  });

  it('says why there is no such network, each time', () => {
    const memo = new CostMemo();
    const spec = { ...specs[0]!, model: { ...specs[0]!.model, resolution: 2 } };
    for (let time = 0; time < 2; time++)
      expect(memo.costOf(spec)).toEqual({ reason: expect.stringMatching(/resolution of at least 4/) as string });
  });
});
