import { formatAmount } from '../../contract/index.ts';
import { costAxes, type Budget, type CostAxis } from '../../results/index.ts';

/** `at most 2G FLOPs and 1M params`, or `no budget`. */
export function budgetWords(budget: Budget): string {
  const caps = costAxes.flatMap((axis) =>
    budget[axis] === undefined ? [] : [`${formatAmount(budget[axis])} ${AXIS_WORDS[axis]}`],
  );
  return caps.length === 0 ? 'no budget' : `at most ${caps.join(' and ')}`;
}

const AXIS_WORDS: Readonly<Record<CostAxis, string>> = {
  flops: 'FLOPs',
  trainFlops: 'train FLOPs',
  params: 'params',
  memoryBytes: 'bytes',
  stepMs: 'ms per step',
};
