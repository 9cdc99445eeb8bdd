import { z } from 'zod';
import { assembly, observation, type Assembly, type Measured, type Observation } from '../../worker/index.ts';

/** What is known of how fast trials run in one place: measured of probes, then of trials. */
export const calibrationSchema = z.strictObject({
  v: z.literal(1),
  /** What it holds for (`calibrationKey`). */
  key: z.record(z.string(), z.string()),
  cpuBlock: z.int().min(1),
  evaluationBatch: z.int().min(1),
  /** Of the probes. */
  probes: z.array(observation),
  assembly,
  /** Of finished trials, one per network, the newest last. */
  trials: z.array(observation),
  /** All of a trial that is no training step, measured over predicted; 1 until a trial has finished. */
  restRatio: z.number().positive(),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** Networks of finished trials that are remembered. */
const MOST_TRIALS = 48;
/** What the newest trial counts against all before it, of the same network and in the ratio of the rest. */
const NEWEST = 0.5;
const LARGEST_RATIO = 4;

/** One calibration from what several processes measured side by side. */
export function calibrationOf(key: Readonly<Record<string, string>>, measured: readonly Measured[]): Calibration {
  const [first] = measured;
  if (first === undefined) throw new Error('Expected what at least one process measured, got nothing');
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const probes = first.observations.map((one) => {
    const same = measured.flatMap(({ observations }) => observations.filter((other) => isSameNetwork(one, other)));
    return {
      ...one,
      stepSeconds: mean(same.map(({ stepSeconds }) => stepSeconds)),
      evaluationSeconds: mean(same.flatMap(({ evaluationSeconds }) => evaluationSeconds ?? [])),
    };
  });
  const assemblyOf = (name: keyof Assembly): number => mean(measured.map((each) => each.assembly[name]));
  return {
    v: 1,
    key: { ...key },
    cpuBlock: first.cpuBlock,
    evaluationBatch: first.evaluationBatch,
    probes,
    assembly: {
      plain: assemblyOf('plain'),
      pad: assemblyOf('pad'),
      resized: assemblyOf('resized'),
      randAugmentLayer: assemblyOf('randAugmentLayer'),
    },
    trials: [],
    restRatio: 1,
  };
}

/** The calibration with the probes of another layout added; what trials have taught stays. */
export function mergeCalibrations(known: Calibration | undefined, more: Calibration): Calibration {
  if (known === undefined) return more;
  const others = known.probes.filter(({ block }) => more.probes.every((probe) => probe.block !== block));
  return { ...more, probes: [...others, ...more.probes], trials: known.trials, restRatio: known.restRatio };
}

/** The calibration after a trial of this network has finished. */
export function withTrial(known: Calibration, trial: Observation, restRatio: number | undefined): Calibration {
  const before = known.trials.find((other) => isSameNetwork(trial, other));
  const mixed = before === undefined ? trial.stepSeconds : blend(before.stepSeconds, trial.stepSeconds);
  const others = known.trials.filter((other) => other !== before);
  const bounded = Math.min(LARGEST_RATIO, Math.max(1 / LARGEST_RATIO, restRatio ?? known.restRatio));
  return {
    ...known,
    trials: [...others, { ...trial, stepSeconds: mixed }].slice(-MOST_TRIALS),
    restRatio: restRatio === undefined ? known.restRatio : blend(known.restRatio, bounded),
  };
}

/** In logarithms: twice as long and half as long cancel out. */
function blend(before: number, now: number): number {
  return before ** (1 - NEWEST) * now ** NEWEST;
}

function isSameNetwork(one: Observation, other: Observation): boolean {
  return (
    one.batch === other.batch && one.block === other.block && JSON.stringify(one.model) === JSON.stringify(other.model)
  );
}
