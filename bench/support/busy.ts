import type { TrialDetail } from '../../results/index.ts';
import type { CpuSample } from './worker-cpu.ts';

/** Shares of the cores' time over the middle of a sweep, each a fraction of 1. */
export interface Busy {
  /** CPU time of the worker processes. */
  readonly cpu: number;
  /** Time in which a worker had started a trial and not finished it. */
  readonly inTrials: number;
  /** The part of that in training steps; evaluation, batches and checkpoints are not in it. */
  readonly inSteps: number;
}

/** Start and end, ms since 1970. */
export type Span = readonly [number, number];

/** The middle of a span: without its first and last fifth, when workers start and the last trials end one by one. */
export function middleOf([from, to]: Span): Span {
  return [from + (to - from) / 5, to - (to - from) / 5];
}

/** How busy a sweep kept `cores` cores over a span of time, one worker to a core. */
export function busyOver(
  span: Span,
  cores: number,
  samples: readonly CpuSample[],
  trials: readonly TrialDetail[],
): Busy {
  const whole = cores * (span[1] - span[0]);
  const [first, last] = [nearest(samples, span[0]), nearest(samples, span[1])];
  const cpu = (1000 * (last.cpuSeconds - first.cpuSeconds)) / (cores * (last.at - first.at));
  let inTrials = 0;
  let inSteps = 0;
  for (const { attempts, result } of trials) {
    const { startedAt, endedAt } = attempts.at(-1) ?? {};
    if (startedAt == null || endedAt == null) continue;
    const overlap = Math.max(0, Math.min(endedAt, span[1]) - Math.max(startedAt, span[0]));
    inTrials += overlap;
    // Steps are taken to be spread evenly over the trial.
    inSteps += (overlap * 1000 * (result?.trainSeconds ?? 0)) / (endedAt - startedAt);
  }
  return { cpu, inTrials: inTrials / whole, inSteps: inSteps / whole };
}

function nearest(samples: readonly CpuSample[], at: number): CpuSample {
  return samples.reduce((best, sample) => (Math.abs(sample.at - at) < Math.abs(best.at - at) ? sample : best));
}
