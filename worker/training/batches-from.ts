import { evalSteps, type Dataset, type Split } from '../data/index.ts';
import type { BatchRequest } from '../loader/index.ts';
import type { Progress } from './progress.ts';
import type { Steps } from './schedule.ts';

interface Course {
  readonly dataset: Dataset;
  readonly steps: Steps;
  readonly epochs: number;
  readonly evaluationBatch: number;
}

/** Every batch of a training from its progress on, in the order in which they are needed. */
export function* batchesFrom(
  progress: Pick<Progress, 'step' | 'epochs'>,
  { dataset, steps, epochs, evaluationBatch }: Course,
): Generator<BatchRequest> {
  function* evaluation(split: Split): Generator<BatchRequest> {
    for (let batch = 0; batch < evalSteps(dataset[split].count, evaluationBatch); batch++)
      yield { kind: 'eval', split, batch };
  }
  let { step } = progress;
  for (let epoch = progress.epochs.length; epoch < epochs; epoch++) {
    for (; step < (epoch + 1) * steps.perEpoch; step++)
      yield { kind: 'train', epoch, batch: step - epoch * steps.perEpoch, step };
    yield* evaluation('minival');
  }
  yield* evaluation('test');
}
