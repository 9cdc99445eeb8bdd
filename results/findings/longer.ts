/** Training longer against training something bigger, at matched train FLOPs. */
import { groupBy } from './group-by.ts';
import type { MeasuredCell } from './cells.ts';
import { differencePerDoubling } from './contrast.ts';
import type { ContrastDraft } from './draft.ts';
import { matchedPairs } from './matched.ts';
import { strategyNames } from './words.ts';

/** Per schedule that both start from. */
export function longerAgainstBigger(cells: readonly MeasuredCell[]): ContrastDraft[] {
  return (['depth', 'width', 'resolution'] as const).flatMap((strategy) => {
    const pairs = matchedPairs(cells, 'epochs', strategy, 'trainFlops');
    const schedules = [...groupBy(pairs, (pair) => pair.base.epochs)].sort(([a], [b]) => a - b);
    return schedules.map(([fromEpochs, some]) => ({
      kind: 'contrast' as const,
      slug: `longer-over-${strategy}`,
      question: `At matched train FLOPs, is training longer ahead of scaling ${strategyNames[strategy]}?`,
      axis: 'trainFlops' as const,
      unit: 'points of top-1 per doubling of train FLOPs',
      scope: { fromEpochs },
      contrast: differencePerDoubling(some),
    }));
  });
}
