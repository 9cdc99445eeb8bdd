import { describe, expect, test } from 'vitest';
import { computeFindings, meaningOf, questionSlugs } from '../../findings/index.ts';
import { withEvidence } from '../../findings/evidence.ts';
import type { Finding } from '../../findings/finding.ts';
import { plantSurface } from '../support/planted-surface.ts';

const RECOMMENDATION = {
  scale: 'width',
  isSeparated: false,
  from: { width: 1, depth: 8, resolution: 28, epochs: 5 },
  axis: 'flops',
  cost: 1e6,
  options: [],
  text: '',
  evidence: [],
  limits: [],
} as const;

function sayingOf(slug: string, effect: number, pairs: number): string | undefined {
  const finding: Finding = {
    id: slug,
    slug,
    question: '',
    axis: 'flops',
    scope: { epochs: 5 },
    effect,
    unit: 'share',
    interval: [0, 0.66],
    pairs,
    verdict: 'not-separable',
    correctedP: null,
    wouldSeparate: null,
    note: null,
  };
  return withEvidence(RECOMMENDATION, [finding]).evidence[0]?.says;
}

describe('inconclusive shares are said in counts', () => {
  test.each([
    ['over-fitting', 0, 4, '0 of 4 cells over-fit at this schedule; too few to tell'],
    ['over-fitting', 0.5, 40, '20 of 40 cells over-fit at this schedule; neither most nor few'],
    [
      'recommendation-stable',
      1,
      2,
      'the same winner of depth against width from 2 of 2 bases; too few of them are separated to tell',
    ],
  ])('%s, %s of %s', (slug, effect, pairs, says) => expect(sayingOf(slug, effect, pairs)).toBe(says));
});

test('every question is explained in one line', () => {
  for (const slug of questionSlugs) expect(meaningOf(slug), slug).toMatch(/\?$/);
});

describe('step time', () => {
  const { rows } = plantSurface({ seed: 1 });
  const onStepTime = (list: typeof rows) => {
    const { findings, limits } = computeFindings(list);
    const doubt = limits.find((limit) => limit.startsWith('Nothing is claimed on step time'));
    return { claims: findings.filter(({ axis }) => axis === 'stepMs').length, doubt };
  };

  test('is judged by where it grows with FLOPs', () => {
    const { claims, doubt } = onStepTime(rows.map((row) => ({ ...row, stepMs: 10 + row.flops! / 1e6 })));
    expect(claims).toBeGreaterThan(0);
    expect(doubt).toBeUndefined();
  });

  test('is not claimed on where bigger networks were measured no slower', () => {
    const { claims, doubt } = onStepTime(rows.map((row, i) => ({ ...row, stepMs: 10 + ((i * 7) % 5) })));
    expect(claims).toBe(0);
    expect(doubt).toMatch(/in \d+ of \d+ comparisons the network with more FLOPs was measured no slower/);
  });
});
