import type { TrialCost, TrialSpec } from '../../contract/index.ts';
import { noopSeconds } from '../../worker/index.ts';

/** Sustained training FLOP/s of one thread, from `facts`: 28x28 images through a ResNet-20 on one core of a 2024 server CPU. */
const THREAD_FLOPS = 40e9;
/** Building the network, opening the session and the dataset, evaluating on the test set. */
const ONNX_OVERHEAD_SECONDS = 2;

/** Wall-clock of a trial on one local worker, before anything was measured. Right within a factor of three, say. */
export function predictSeconds(spec: TrialSpec, cost: TrialCost, threads = 1): number {
  if (spec.engine.name === 'noop') return noopSeconds(spec.epochs, process.env['SCALESWEEP_NOOP']);
  return ONNX_OVERHEAD_SECONDS + cost.trainFlops / (THREAD_FLOPS * threads);
}

/** Corrects predictions by what was measured. */
export interface Pace {
  /** A finished trial: what was predicted before correction, and what it took. */
  observe(predictedSeconds: number, seconds: number): void;
  correct(predictedSeconds: number): number;
}

/**
 * Corrects by the ratio of the sums, measured over predicted, so that long trials count for what they weigh. Until something is
 * measured, predictions stand.
 */
export function makePace(): Pace {
  let predicted = 0;
  let measured = 0;
  return {
    observe: (prediction, seconds) => {
      predicted += prediction;
      measured += seconds;
    },
    correct: (prediction) => (predicted > 0 && measured > 0 ? prediction * (measured / predicted) : prediction),
  };
}
