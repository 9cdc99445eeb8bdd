import type { TrialCost, TrialResult, TrialSpec } from '../../contract/index.ts';
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

/** Tells how long trials take on the workers at hand. Order, leases, bounds of silence and estimates come from it. */
export interface Predictor {
  /** Whether what it says rests on measurements of this machine. */
  readonly isMeasured: boolean;
  /** Whether that holds for this trial: its network's layout may not have been measured. */
  knows(spec: TrialSpec): boolean;
  /** Wall-clock seconds of a whole trial on one worker, corrected by what was observed. */
  readonly seconds: (spec: TrialSpec, cost: TrialCost) => number;
  /** A trial has finished: what it took corrects what is said of the others. */
  observe(spec: TrialSpec, cost: TrialCost, result: Pick<TrialResult, 'seconds' | 'stepMs'>): void;
  /** Keeps what was learned for the next run. Never throws: a prediction is not worth a failure. */
  save(): void;
}

/** One figure for every network and machine, corrected by the trials of this run. */
export function makeFlatPredictor(threads = 1): Predictor {
  const pace = makePace();
  return {
    isMeasured: false,
    knows: () => false,
    seconds: (spec, cost) => pace.correct(predictSeconds(spec, cost, threads)),
    observe: (spec, cost, { seconds }) => pace.observe(predictSeconds(spec, cost, threads), seconds),
    save: () => undefined,
  };
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
