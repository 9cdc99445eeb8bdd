/** Depth against width: at matched cost, from the same base, which is ahead, and does its lead depend on the resolution? */
import { regroup, type DepthWidthSums } from './depth-width-sums.ts';
import type { ContrastDraft } from './draft.ts';
import type { MatchedCost } from './finding.ts';
import { PairSum } from './pair-sum.ts';
import { axisNames } from './words.ts';

/** Per schedule over all resolutions, and per schedule and resolution. */
export function depthAgainstWidth(schedules: readonly DepthWidthSums[], axis: MatchedCost): ContrastDraft[] {
  const drafts: ContrastDraft[] = [];
  const lead = {
    kind: 'contrast',
    slug: 'depth-over-width',
    question: `At matched ${axisNames[axis]}, is scaling depth ahead of scaling width?`,
    axis,
    unit: 'points of top-1',
  } as const;
  const trend = {
    kind: 'contrast',
    slug: 'depth-lead-grows-with-resolution',
    question: `At matched ${axisNames[axis]}, does depth's lead over width grow with the resolution?`,
    axis,
    unit: 'points of top-1 per doubling of resolution',
  } as const;
  for (const schedule of schedules) {
    const { epochs } = schedule;
    const sums = regroup(schedule, (base) => base.resolution);
    const resolutions = [...sums.keys()].sort((x, y) => x - y);
    const ordered = resolutions.map((resolution) => sums.get(resolution)!);
    drafts.push({ ...lead, scope: { epochs }, contrast: PairSum.meanOf(ordered) });
    if (resolutions.length < 2) continue;
    for (const [i, resolution] of resolutions.entries()) {
      drafts.push({ ...lead, scope: { epochs, resolution }, contrast: ordered[i]!.mean() });
    }
    const contrast = PairSum.slopeOver(ordered, resolutions.map(Math.log2));
    drafts.push({ ...trend, scope: { epochs }, contrast });
  }
  return drafts;
}
