import type { RecipeSpec, TrialSpec } from '../../contract/index.ts';
import { DATASETS } from '../../grids/index.ts';
import { buildNetwork } from '../../models/index.ts';
import { evalSteps, stepsOf } from '../../worker/index.ts';
import { makeFlatPredictor, type Predictor } from '../sweep/predictor.ts';
import { withTrial, type Calibration } from './calibration.ts';
import { NetworkPredictor, type NetworkTimes } from './trial-rates.ts';

/** Networks whose times are remembered: a grid's epochs and seeds share theirs. */
const MOST_REMEMBERED = 10_000;

interface CalibratedOptions {
  readonly calibration: Calibration;
  readonly device: string;
  readonly threads: number;
  /** Keeps the calibration for the next run. */
  readonly keep: (calibration: Calibration) => void;
}

/** Where the seconds of a trial go. */
interface Parts {
  readonly steps: number;
  readonly rest: number;
  readonly stepCount: number;
  readonly times: NetworkTimes;
}

/**
 * Predicts a trial as its training steps, the assembly of their batches, an evaluation of minival after each epoch and
 * one of the test set, from rates that were measured here and are fitted again with each trial that finishes. Networks
 * in a layout that was not measured, and the noop engine, have the flat figure.
 */
export function makeCalibratedPredictor({ calibration, device, threads, keep }: CalibratedOptions): Predictor {
  const flat = makeFlatPredictor(threads);
  let current = calibration;
  let networks = new NetworkPredictor(current, device);
  let remembered = new Map<string, NetworkTimes | undefined>();
  let hasLearned = false;

  const timesOf = ({ model, recipe, data }: TrialSpec): NetworkTimes | undefined => {
    const batch = Math.min(recipe.batchSize, data.trainImages);
    const key = `${batch} ${JSON.stringify(model)}`;
    if (!remembered.has(key)) {
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(key, networks.times(model, batch));
    }
    return remembered.get(key);
  };

  const partsOf = (spec: TrialSpec): Parts | undefined => {
    const times = spec.engine.name === 'onnx' ? timesOf(spec) : undefined;
    if (times === undefined) return undefined;
    const { model, data, recipe, epochs } = spec;
    const { batch, total } = stepsOf(recipe, data.trainImages, epochs);
    const pixels = total * batch * model.channels * model.resolution ** 2;
    const evaluations = epochs * batches(data.minivalImages) + batches(DATASETS[data.name]?.testImages ?? 0);
    const rest = pixels * assemblyOf(recipe) + evaluations * times.evaluation;
    return { steps: total * times.step, rest, stepCount: total, times };
  };
  const batches = (images: number): number => evalSteps(images, current.evaluationBatch);
  const assemblyOf = (recipe: RecipeSpec): number => {
    const { plain, pad, resized, randAugmentLayer } = current.assembly;
    const crop = { none: 0, pad, resized }[recipe.crop];
    return plain + crop + recipe.randAugmentLayers * randAugmentLayer;
  };

  return {
    isMeasured: true,
    knows: (spec) => partsOf(spec) !== undefined,
    seconds: (spec, cost) => {
      const parts = partsOf(spec);
      return parts === undefined ? flat.seconds(spec, cost) : parts.steps + current.restRatio * parts.rest;
    },
    observe: (spec, cost, { seconds, stepMs }) => {
      const parts = partsOf(spec);
      if (parts === undefined) return flat.observe(spec, cost, { seconds, stepMs });
      if (stepMs === null || stepMs <= 0) return;
      const { model, recipe, data } = spec;
      const batch = Math.min(recipe.batchSize, data.trainImages);
      const { block } = networks.layoutOf(buildNetwork(model), batch);
      const rest = seconds - (parts.stepCount * stepMs) / 1000;
      const observation = { model, batch, block, stepSeconds: stepMs / 1000, evaluationSeconds: null };
      current = withTrial(current, observation, rest > 0 && parts.rest > 0 ? rest / parts.rest : undefined);
      networks = new NetworkPredictor(current, device);
      remembered = new Map();
      hasLearned = true;
    },
    save: () => {
      if (hasLearned) keep(current);
      hasLearned = false;
    },
  };
}
