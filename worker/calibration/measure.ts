import type { ModelSpec, RecipeSpec } from '../../contract/index.ts';
import { buildNetwork, sizeOf } from '../../models/index.ts';
import { EVALUATION_BATCH, onDevice } from '../../compiler/index.ts';
import { blocked } from '../../compiler/lowerings/blocked/index.ts';
import type { Choice } from '../engines/onnx/choose-lowering.ts';
import { portable } from '../../compiler/lowerings/portable/index.ts';
import { cpuBlock } from '../engines/onnx/cpu-block.ts';
import { openOnnxTrainer } from '../engines/onnx/onnx-trainer.ts';
import { measureAssembly } from './measure-assembly.ts';
import type { Measured, MeasureRequest, Observation } from './observation.ts';
import { PROBE_BATCH, PROBES } from './probes.ts';
import { typicalMs } from './stopwatch.ts';

const TIMED_STEPS = 3;
const TIMED_EVALUATIONS = 1;
/** Fewer tell nothing of a device. */
const FEWEST_PROBES = 4;

/** The most expensive common recipe: Nesterov momentum, and a moving average of the weights. */
const recipe: RecipeSpec = {
  batchSize: PROBE_BATCH,
  learningRate: 1e-3,
  schedule: 'constant',
  warmupEpochs: 0,
  momentum: 0.9,
  nesterov: true,
  weightDecay: 1e-4,
  labelSmoothing: 0.1,
  dropout: 0,
  stochasticDepth: 0,
  emaDecay: 0.9,
  flip: true,
  crop: 'none',
  randAugmentLayers: 0,
  randAugmentMagnitude: 0,
};

/**
 * Times real training steps and evaluations of the probes on a device, in this process.
 *
 * @throws {ScalesweepError} `DEVICE_UNAVAILABLE`
 */
export async function measure({ device, threads, layouts, withinMs }: MeasureRequest): Promise<Measured> {
  const began = performance.now();
  const isSerial = device === 'cpu' && threads === 1;
  const block = device === 'cpu' ? await cpuBlock() : 1;
  const blocks = layouts.map((layout) => (layout === 'blocked' ? block : 1));
  const observations: Observation[] = [];
  for (const [index, model] of PROBES.entries()) {
    if (index >= FEWEST_PROBES && performance.now() - began > withinMs) break;
    for (const each of new Set(blocks)) observations.push(await observe(model, each, { device, threads, isSerial }));
  }
  return { cpuBlock: block, evaluationBatch: EVALUATION_BATCH, observations, assembly: await measureAssembly() };
}

async function observe(
  model: ModelSpec,
  block: number,
  { device, threads, isSerial }: { readonly device: string; readonly threads: number; readonly isSerial: boolean },
): Promise<Observation> {
  const network = buildNetwork(model);
  const plain = device === 'cpu' ? portable : onDevice;
  const choice: Choice = { lowering: block > 1 ? blocked(network, block, PROBE_BATCH) : plain, reason: 'measured' };
  const trainer = await openOnnxTrainer({ network, recipe, batch: PROBE_BATCH, seed: 1, device, threads, choice });
  try {
    const size = sizeOf(network.nodes[0]!.shape);
    const batch = { images: new Float32Array(PROBE_BATCH * size).fill(0.5), labels: new Int32Array(PROBE_BATCH) };
    const rates = { learningRate: 1e-3, emaDecay: 0.9, statDecay: 0.9 };
    const many = new Float32Array(EVALUATION_BATCH * size).fill(0.5);
    const { several } = trainer;
    const count = several?.atMost ?? 1;
    const [batches, allRates] = [
      Array.from({ length: count }, () => batch),
      Array.from({ length: count }, () => rates),
    ];
    const step = (): unknown => several?.step(batches, allRates) ?? trainer.step(batch, rates);
    const stepMs = (await typicalMs(isSerial, TIMED_STEPS, step)) / count;
    const evaluationMs = await typicalMs(isSerial, TIMED_EVALUATIONS, () => trainer.evaluate(many));
    return {
      model,
      batch: PROBE_BATCH,
      block,
      stepSeconds: stepMs / 1000,
      evaluationSeconds: evaluationMs / 1000,
    };
  } finally {
    await trainer.close();
  }
}
