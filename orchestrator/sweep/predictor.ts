import type { TrialCost, TrialResult, TrialSpec } from '../../contract/index.ts';
import { noopSeconds } from '../../worker/index.ts';

/** Sustained training FLOP/s of one thread: 28x28 images through a ResNet-20 on one core of a 2024 server CPU. */
const THREAD_FLOPS = 40e9;
/** Building the network, opening the session and the dataset, evaluating on the test set. */
const ONNX_OVERHEAD_SECONDS = 2;

/** Wall-clock of a trial on one local worker, before anything was measured: right to about a factor of three. */
export function predictSeconds(spec: TrialSpec, cost: TrialCost, threads = 1): number {
  if (spec.engine.name === 'noop') return noopSeconds(spec.epochs, process.env['SCALESWEEP_NOOP']);
  return ONNX_OVERHEAD_SECONDS + cost.trainFlops / (THREAD_FLOPS * threads);
}

/** Predicts how long trials take. Their order, leases, time-outs and ETAs come from it. */
export interface Predictor {
  /** Whether it was fitted to measurements of this machine. */
  readonly isMeasured: boolean;
  /** Whether that holds for this trial: its network's layout may not have been measured. */
  knows(spec: TrialSpec): boolean;
  /** Wall-clock seconds of a whole trial on one worker, corrected by what was observed. */
  readonly seconds: (spec: TrialSpec, cost: TrialCost) => number;
  /** A trial has finished: its time corrects later predictions. */
  observe(spec: TrialSpec, cost: TrialCost, result: Pick<TrialResult, 'seconds' | 'stepMs'>): void;
  /** Keeps what was learned for the next run. Never throws: a prediction is not worth a failure. */
  save(): void;
}

/**
 * One figure for every network and machine, corrected by the trials of this run: by the ratio of the sums, measured over
 * predicted, so that long trials count for more.
 */
export function makeFlatPredictor(threads = 1): Predictor {
  let predicted = 0;
  let measured = 0;
  const ratio = (): number => (predicted > 0 && measured > 0 ? measured / predicted : 1);
  return {
    isMeasured: false,
    knows: () => false,
    seconds: (spec, cost) => predictSeconds(spec, cost, threads) * ratio(),
    observe: (spec, cost, { seconds }) => {
      predicted += predictSeconds(spec, cost, threads);
      measured += seconds;
    },
    save: () => undefined,
  };
}
