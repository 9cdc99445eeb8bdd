/** Training longer against training something bigger, at matched train FLOPs. */
import type { MeasuredCell } from './cells.ts';
import type { ContrastDraft } from './draft.ts';
import { matchedPairs, sumBy } from './matched.ts';
import { strategyNames } from './words.ts';

/** Per schedule that both start from. */
export function longerAgainstBigger(cells: readonly MeasuredCell[]): ContrastDraft[] {
  return (['depth', 'width', 'resolution'] as const).flatMap((strategy) => {
    const sums = sumBy(matchedPairs(cells, 'epochs', strategy, 'trainFlops'), ({ base }) => base.epochs);
    return [...sums]
      .sort(([a], [b]) => a - b)
      .map(([fromEpochs, sum]) => ({
        kind: 'contrast' as const,
        slug: `longer-over-${strategy}`,
        question: `At matched train FLOPs, is training longer ahead of scaling ${strategyNames[strategy]}?`,
        axis: 'trainFlops' as const,
        unit: 'points of top-1 per doubling of train FLOPs',
        scope: { fromEpochs },
        contrast: sum.perDoubling(),
      }));
  });
}
