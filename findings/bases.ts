/**
 * Pitfall two: the same question asked from several base networks. Does depth (or width) win from all of them, or does
 * the answer depend on the base?
 */
import type { Contrast } from './contrast.ts';
import { regroup, type DepthWidthSums } from './depth-width-sums.ts';
import type { MeasuredDraft } from './draft.ts';
import type { MatchedCost } from './finding.ts';
import { groupBy } from './group-by.ts';
import { wilson } from './wilson.ts';
import type { Uncertainty } from './bootstrap.ts';
import { holm } from './holm.ts';
import { axisNames, plural } from './words.ts';

/** Depth against width from one base network (width and depth), over its resolutions. */
export interface BaseContrast {
  readonly axis: MatchedCost;
  readonly epochs: number;
  readonly width: number;
  readonly depth: number;
  readonly contrast: Contrast;
}

export function baseContrasts(schedules: readonly DepthWidthSums[], axis: MatchedCost): BaseContrast[] {
  return schedules.flatMap((schedule) =>
    [...regroup(schedule, ({ width, depth }) => `${width}|${depth}`)].map(([base, sum]) => {
      const [width, depth] = base.split('|').map(Number) as [number, number];
      return { axis, epochs: schedule.epochs, width, depth, contrast: sum.mean() };
    }),
  );
}

/**
 * One finding per axis and schedule with two bases or more. Supported (stable): two bases or more are separated after
 * Holm's correction and agree. Contradicted (base-dependent): two are separated and disagree.
 */
export function stability(
  bases: readonly (BaseContrast & { readonly uncertainty: Uncertainty | null })[],
): MeasuredDraft[] {
  return [...groupBy(bases, ({ axis, epochs }) => `${axis}|${epochs}`).values()].flatMap((group) => {
    if (group.length < 2) return [];
    const corrected = holm(group.map(({ uncertainty }) => uncertainty?.p ?? null));
    const separated = group.filter((_, i) => (corrected[i] ?? 1) < 0.05);
    const deeper = group.filter(({ contrast }) => contrast.effect! > 0).length;
    const majority = Math.max(deeper, group.length - deeper);
    const winners = new Set(separated.map(({ contrast }) => Math.sign(contrast.effect!)));
    const { axis, epochs } = group[0]!;
    const names = (sign: number): string =>
      separated
        .filter(({ contrast }) => Math.sign(contrast.effect!) === sign)
        .map(({ width, depth }) => `${width}x/${depth}`)
        .join(', ') || 'none';
    return [
      {
        kind: 'measured',
        slug: 'recommendation-stable',
        question: `Is the winner of depth against width the same from every base network, at matched ${axisNames[axis]}?`,
        axis,
        scope: { epochs },
        unit: 'share of bases with the majority winner',
        effect: majority / group.length,
        interval: wilson(majority, group.length),
        pairs: group.length,
        p: null,
        verdict: winners.size > 1 ? 'contradicted' : separated.length > 1 ? 'supported' : 'not-separable',
        note: `Depth is ahead from ${deeper} of ${plural(group.length, 'base')}; separated for depth: ${names(1)}; for width: ${names(-1)}.`,
      },
    ];
  });
}
