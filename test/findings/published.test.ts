/** The paper's findings from its own numbers. What the intervals don't settle is asserted as not settled. */
import { describe, expect, test } from 'vitest';
import { computeFindings, type Finding } from '../../findings/index.ts';
import { publishedRows } from '../support/published.ts';

const figure3 = computeFindings(publishedRows('figure3.csv'));
const figure2 = computeFindings(publishedRows('figure2.csv'));

function find(findings: readonly Finding[], id: string): Finding {
  const found = findings.find((finding) => finding.id === id);
  if (found === undefined) throw new Error(`No finding ${id} among ${findings.map((finding) => finding.id).join(' ')}`);
  return found;
}

describe('depth against width at matched step time (Figure 3)', () => {
  test.each([
    [10, 'contradicted', -0.72],
    [100, 'not-separable', 0.24],
    [350, 'supported', 0.64],
  ] as const)('at %d epochs depth over width is %s', (epochs, verdict, effect) => {
    const finding = find(figure3.findings, `depth-over-width/stepMs/epochs=${epochs}`);
    expect(finding.verdict).toBe(verdict);
    expect(finding.effect).toBeCloseTo(effect, 2);
    expect(finding.pairs).toBe(14);
  });

  test('at 10 epochs width is ahead at every resolution, at 350 depth is', () => {
    for (const resolution of [128, 160, 224, 320]) {
      const at = (epochs: number): number =>
        find(figure3.findings, `depth-over-width/stepMs/epochs=${epochs},resolution=${resolution}`).effect!;
      expect(at(10)).toBeLessThan(0);
      expect(at(350)).toBeGreaterThan(0);
    }
  });

  test('at 100 epochs the sign depends on the resolution, within the noise', () => {
    const at = (resolution: number): Finding =>
      find(figure3.findings, `depth-over-width/stepMs/epochs=100,resolution=${resolution}`);
    expect(at(128).effect).toBeGreaterThan(0);
    expect(at(320).effect).toBeLessThan(0);
    expect(find(figure3.findings, 'depth-lead-grows-with-resolution/stepMs/epochs=100').verdict).toBe('not-separable');
    expect(at(320).wouldSeparate?.trials).toBeGreaterThan(0);
  });

  test('the winner changes between 10 and 350 epochs', () => {
    const flip = find(figure3.findings, 'winner-flips/stepMs/epochs=10-350');
    expect(flip.verdict).toBe('supported');
    expect(flip.interval![0]).toBeGreaterThan(0);
    expect(flip.note).toContain('cross at about 56 epochs');
  });
});

describe('depth against width at matched FLOPs', () => {
  test('the lead of width at 10 epochs does not hold; that of depth at 350 does, and grows with the resolution', () => {
    expect(find(figure3.findings, 'depth-over-width/flops/epochs=10').verdict).toBe('not-separable');
    expect(find(figure3.findings, 'depth-over-width/flops/epochs=100').verdict).toBe('not-separable');
    expect(find(figure3.findings, 'depth-over-width/flops/epochs=350').verdict).toBe('supported');
    expect(find(figure3.findings, 'depth-lead-grows-with-resolution/flops/epochs=350').verdict).toBe('supported');
  });

  test('no flip is claimed on FLOPs', () => {
    expect(find(figure3.findings, 'winner-flips/flops/epochs=10-350').verdict).toBe('not-separable');
  });

  test('over the whole grid of Figure 2 depth is ahead from 224 pixels up; below, the two are not separable', () => {
    const at = (resolution: number): string =>
      find(figure2.findings, `depth-over-width/flops/epochs=350,resolution=${resolution}`).verdict;
    expect([128, 160].map(at)).toEqual(['not-separable', 'not-separable']);
    expect([224, 320, 448].map(at)).toEqual(['supported', 'supported', 'supported']);
  });
});

describe('slow resolution (Figure 2)', () => {
  test('every step of the resolution gains less than the one before, beyond 320 pixels as well', () => {
    for (const beyond of [160, 224, 320]) {
      expect(find(figure2.findings, `resolution-returns-diminish/flops/epochs=350,beyond=${beyond}`).verdict).toBe(
        'supported',
      );
    }
  });

  test('from 224 pixels up, depth and width gain more than the resolution; below, less', () => {
    for (const strategy of ['depth', 'width']) {
      const from = (resolution: number): string =>
        find(figure2.findings, `${strategy}-over-resolution/flops/epochs=350,fromResolution=${resolution}`).verdict;
      expect([128, 160, 224, 320].map(from)).toEqual(['contradicted', 'contradicted', 'supported', 'supported']);
    }
  });
});

describe('FLOPs as a predictor (Figure 2)', () => {
  test('error follows a power law that breaks between 3 and 10 billion FLOPs', () => {
    expect(find(figure2.findings, 'power-law/flops/epochs=350').verdict).toBe('supported');
    const broken = find(figure2.findings, 'power-law-breaks/flops/epochs=350');
    expect(broken.verdict).toBe('supported');
    expect(broken.note).toBe('Exponent 0.190 below 6.6G, 0.063 above; the break lies between 3.7G and 8G (95 %).');
  });

  test('cells of equal FLOPs differ by more than a point, several times what noise makes', () => {
    const spread = figure2.findings.filter(({ slug }) => slug === 'spread-at-matched-cost');
    expect(spread.map(({ verdict }) => verdict)).toEqual(['supported', 'supported']);
    for (const { effect } of spread) expect(effect).toBeGreaterThan(1);
  });
});

test('small networks are not shown to rank cells as big ones do (pitfall one)', () => {
  const finding = find(figure2.findings, 'small-predicts-large/flops/width=0.25-2');
  expect(finding.verdict).toBe('not-separable');
  expect(finding.effect).toBeLessThan(0.5);
});

test('depth is ahead from every base that tells it from width (pitfall two)', () => {
  const finding = find(figure2.findings, 'recommendation-stable/flops/epochs=350');
  expect(finding.verdict).toBe('supported');
  expect(finding.note).toContain('for width: none');
});

test('readings that are less sure widen the interval', () => {
  const vague = computeFindings(publishedRows('figure2.csv').map((row) => ({ ...row, readingError: 0.02 })));
  const width = ({ interval }: Finding): number => interval![1] - interval![0];
  const id = 'depth-over-width/flops/epochs=350';
  expect(width(find(vague.findings, id))).toBeGreaterThan(2 * width(find(figure2.findings, id)));
});

test('the validation accuracies of Table 7 take no part: nothing is found from them', () => {
  const report = computeFindings(publishedRows('family.csv'));
  expect(report.limits).toContain('11 results without a minival accuracy: left out.');
  expect(report.findings.filter(({ effect }) => effect !== null)).toEqual([]);
  expect(report.recommendation.scale).toBeNull();
});
