import { evalSteps, type Dataset, type Split } from '../data/index.ts';
import type { BatchStream } from '../loader/index.ts';
import type { Trainer } from './trainer.ts';

export interface Evaluation {
  /** Fraction of images whose largest logit is the right class; `null` for a split without images. */
  readonly top1: number | null;
  /** Mean cross-entropy without label smoothing, in nats. */
  readonly loss: number | null;
}

/** Top-1 and loss over a split, whose batches `stream` gives next. `pause` is awaited between batches, so that messages are received. */
export async function evaluateSplit(
  trainer: Trainer,
  dataset: Dataset,
  split: Split,
  stream: BatchStream,
  pause: () => Promise<void>,
): Promise<Evaluation> {
  const set = dataset[split];
  if (set.count === 0) return { top1: null, loss: null };
  let correct = 0;
  let lossSum = 0;
  for (let batch = 0; batch < evalSteps(set.count, trainer.evaluationBatch); batch++) {
    const { images, labels, filled } = await stream.next();
    const logits = await trainer.evaluate(images);
    for (let i = 0; i < filled; i++) {
      const label = labels[i]!;
      const { best, loss } = score(logits.subarray(i * dataset.classes, (i + 1) * dataset.classes), label);
      if (best === label) correct++;
      lossSum += loss;
    }
    await pause();
  }
  return { top1: correct / set.count, loss: lossSum / set.count };
}

function score(logits: Float32Array, label: number): { best: number; loss: number } {
  let best = 0;
  for (let k = 1; k < logits.length; k++) if (logits[k]! > logits[best]!) best = k;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - logits[best]!);
  return { best, loss: Math.log(sum) + logits[best]! - logits[label]! };
}
