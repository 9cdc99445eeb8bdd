import type { ModelSpec, TrialSpec } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { workloadOf, type Workload } from '../../../compiler/index.ts';
import { secondsOf, type Rates } from '../../../orchestrator/calibration/fit-rates.ts';
import type { Calibration } from '../../../orchestrator/calibration/calibration.ts';
import { PROBE_BATCH, PROBES } from '../../../worker/calibration/probes.ts';
import { type Observation } from '../../../worker/index.ts';
import { layoutIn } from '../../../compiler/index.ts';
import { recipeOf } from '../../fixtures/trial.ts';

export const BLOCK = 8;
export const EVALUATION_BATCH = 200;

/** Of a machine that does not exist: seconds per unit of work. */
export const STEP_RATES: Rates = {
  step: 1e-3,
  node: 5e-5,
  wideMultiplications: 5e-11,
  pointMultiplications: 6e-11,
  wideTraffic: 4e-9,
  pointTraffic: 2e-9,
  pointwise: 1e-9,
  parameters: 1.4e-8,
};
export const EVALUATION_RATES: Rates = {
  ...STEP_RATES,
  wideMultiplications: 2e-11,
  pointMultiplications: 2e-11,
  parameters: 0,
};

export const stepSeconds = (model: ModelSpec, batch: number, block = BLOCK): number =>
  secondsOf(workIn(block, model, batch), STEP_RATES);
export const evaluationSeconds = (model: ModelSpec, block = BLOCK): number =>
  secondsOf(workIn(block, model, PROBE_BATCH, EVALUATION_BATCH), EVALUATION_RATES);

function workIn(block: number, model: ModelSpec, batch: number, images = batch): Workload {
  const network = buildNetwork(model);
  return workloadOf(network, images, layoutIn(network, block, batch));
}

/** What measuring that machine gives, every time off by up to `noise`, a share of it. */
export function plantedCalibration(noise = 0): Calibration {
  const probes = PROBES.map((model, index): Observation => {
    const error = 1 + noise * Math.sin(7 * index + 1);
    return {
      model,
      batch: PROBE_BATCH,
      block: BLOCK,
      stepSeconds: error * stepSeconds(model, PROBE_BATCH),
      evaluationSeconds: error * evaluationSeconds(model),
    };
  });
  return {
    v: 1,
    key: { host: 'planted' },
    cpuBlock: BLOCK,
    evaluationBatch: EVALUATION_BATCH,
    probes,
    assembly: { plain: 1e-8, pad: 1e-8, resized: 2e-8, randAugmentLayer: 3e-8 },
    trials: [],
    restRatio: 1,
  };
}

export function specOf(change: {
  readonly model?: Partial<ModelSpec>;
  readonly recipe?: Partial<TrialSpec['recipe']>;
  readonly epochs?: number;
  readonly minivalImages?: number;
  readonly engine?: TrialSpec['engine']['name'];
}): TrialSpec {
  return {
    model: { ...PROBES[0]!, width: 0.5, depth: 14, resolution: 28, ...change.model },
    data: {
      name: 'fashion-mnist',
      identity: 'fashion-mnist/1',
      trainImages: 5000,
      minivalImages: change.minivalImages ?? 1000,
    },
    recipe: recipeOf({ batchSize: 32, ...change.recipe }),
    epochs: change.epochs ?? 2,
    seed: 1,
    engine: { name: change.engine ?? 'onnx', numerics: 2 },
  };
}
