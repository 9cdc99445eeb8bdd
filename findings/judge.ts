/** Drafts to findings: uncertainty, correction for the number of questions, verdict, and what would separate the rest. */
import type { Bootstrap } from './bootstrap.ts';
import type { MeasuredCell } from './cells.ts';
import type { Contrast } from './contrast.ts';
import { scopeText, verdictAgainst, type Draft } from './draft.ts';
import type { Finding, Verdict, WouldSeparate } from './finding.ts';
import { groupBy } from './group-by.ts';
import { makeHoles } from './holes.ts';
import { holm } from './holm.ts';
import type { NoiseModel } from './noise.ts';
import { contrastThatMatters } from './smallest-effect.ts';
import { wouldSeparate } from './separate.ts';
import { plural } from './words.ts';

export interface JudgeOptions {
  /** Points of top-1 (or points per doubling) below which a difference does not matter. */
  readonly smallestEffect: number;
}

/** Chance of one false verdict among all drafts of a question on one axis. */
const ALPHA = 0.05;

export interface JudgedDraft {
  readonly finding: Finding;
  readonly contrast: Contrast | null;
}

export function judge(
  drafts: readonly Draft[],
  cells: readonly MeasuredCell[],
  noise: NoiseModel,
  bootstrap: Bootstrap,
  options: JudgeOptions,
): JudgedDraft[] {
  const holesAmong = makeHoles(cells);
  const measured = drafts.map((draft) => {
    if (draft.kind === 'measured') return { draft, effect: draft.effect, interval: draft.interval, p: draft.p };
    const uncertainty = bootstrap(draft.contrast);
    return { draft, effect: draft.contrast.effect, interval: uncertainty?.interval ?? null, p: uncertainty?.p ?? null };
  });
  const judged = new Map<Draft, JudgedDraft>();
  for (const family of groupBy(measured, ({ draft }) => `${draft.slug}/${draft.axis}`).values()) {
    const corrected = holm(family.map(({ p }) => p));
    const tested = corrected.filter((p) => p !== null).length;
    for (const [i, { draft, effect, interval }] of family.entries()) {
      const contrast = draft.kind === 'contrast' ? draft.contrast : null;
      const smallestEffect =
        contrast === null ? options.smallestEffect : contrastThatMatters(options.smallestEffect, contrast, cells);
      const verdict = verdictOf(draft, effect, interval, corrected[i]!, smallestEffect);
      const finding: Finding = {
        id: `${draft.slug}/${draft.axis}/${scopeText(draft.scope)}`,
        slug: draft.slug,
        question: draft.question,
        axis: draft.axis,
        scope: draft.scope,
        effect,
        unit: draft.unit,
        interval,
        verdict,
        correctedP: corrected[i]!,
        pairs: draft.kind === 'contrast' ? draft.contrast.pairs : draft.pairs,
        wouldSeparate:
          verdict !== 'not-separable' && verdict !== 'no-data'
            ? null
            : contrast === null
              ? wantedBy(draft)
              : wouldSeparate(contrast, interval, cells, noise, {
                  smallestEffect,
                  holesAmong,
                  family: Math.max(1, tested),
                }),
        note: draft.note ?? null,
      };
      judged.set(draft, { finding, contrast });
    }
  }
  return drafts.map((draft) => judged.get(draft)!);
}

/**
 * Contrasts: separated when the corrected test rejects 0 and the effect is large enough to matter. Others say themselves
 * what decides, or are held against the smallest effect of interest by their interval.
 */
function verdictOf(
  draft: Draft,
  effect: number | null,
  interval: readonly [number, number] | null,
  p: number | null,
  smallestEffect: number,
): Verdict {
  if (effect === null) return 'no-data';
  if (draft.kind === 'measured' && draft.verdict !== null) return draft.verdict;
  if (interval === null) return 'not-separable';
  if (draft.kind === 'measured' && p === null) return verdictAgainst(interval, smallestEffect);
  const matters = draft.kind === 'measured' || Math.abs(effect) >= smallestEffect;
  if (p === null || p >= ALPHA || !matters) return 'not-separable';
  return effect > 0 ? 'supported' : 'contradicted';
}

function wantedBy(draft: Draft): WouldSeparate | null {
  const wanted = draft.kind === 'measured' ? (draft.wanted ?? []) : [];
  if (wanted.length === 0) {
    return {
      cells: [],
      seeds: [],
      trials: 0,
      trainFlops: 0,
      note: 'Needs more cells: new values on the axes of the grid.',
    };
  }
  return {
    cells: wanted,
    seeds: [0],
    trials: wanted.length,
    trainFlops: null,
    note: `${plural(wanted.length, 'cell')} trained at one end only; training them at the other adds pairs.`,
  };
}
