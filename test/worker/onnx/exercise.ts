import { random, type ModelSpec, type RecipeSpec } from '../../../contract/index.ts';
import { buildNetwork, type ResnetSpec } from '../../../models/index.ts';
import { layoutOf } from '../../../compiler/parameters/stored-layout.ts';
import type { Choice } from '../../../worker/engines/onnx/choose-lowering.ts';
import { openOnnxTrainer, type OnnxTrainerOptions } from '../../../worker/engines/onnx/onnx-trainer.ts';
import { dropoutMask, dropPathMask } from '../../../worker/loader/dropout.ts';
import { initialParams } from '../../../worker/training/initialise.ts';
import type { Trainer } from '../../../worker/training/trainer.ts';
import { modelOf, recipeOf } from '../../fixtures/trial.ts';

/** Everything on: whatever a step can do has to come out the same. */
export const everything: RecipeSpec = recipeOf({
  batchSize: 16,
  schedule: 'constant',
  nesterov: true,
  weightDecay: 1e-4,
  labelSmoothing: 0.1,
  dropout: 0.2,
  stochasticDepth: 0.2,
  emaDecay: 0.9,
});

export const smallNetwork: ResnetSpec = modelOf({ depth: 1, blocks: [1, 1, 1], classes: 5, baseWidth: 16 });

/** Networks that together use every operation and option of both families, odd sides among them. */
export function drawnNetworks(count: number): { name: string; spec: ModelSpec; seed: number }[] {
  return Array.from({ length: count }, (_, seed) => {
    const draw = random(seed, 'networks of both lowerings');
    const pick = <T>(...values: T[]): T => values[draw.below(values.length)]!;
    const small = seed % 2 === 0;
    const spec: ResnetSpec = {
      ...smallNetwork,
      family: small ? 'resnet-rs-small' : 'resnet-rs',
      blocks: Array.from({ length: small ? 3 : 4 }, () => 1 + draw.below(2)),
      width: pick(0.5, 0.75, 1),
      resolution: small ? 6 + draw.below(6) : 32 + draw.below(4),
      channels: pick(1, 3),
      block: pick('basic', 'bottleneck'),
      baseWidth: pick(8, 16, 24),
      resnetD: seed % 4 < 2,
      stemPool: small ? 'none' : pick('max', 'conv', 'none'),
      seRatio: pick(0, 0.25, 0.5),
    };
    const name = `${seed}: ${spec.family} ${spec.block} D=${spec.resnetD} pool=${spec.stemPool} se=${spec.seRatio} at ${spec.resolution}`;
    return { name, spec, seed };
  });
}

export interface Outcome {
  readonly losses: readonly number[];
  readonly correct: readonly number[];
  readonly state: ReadonlyMap<string, Float32Array>;
  /** Velocity after the first step: with nothing before it, the gradient and its weight decay. */
  readonly gradients: Float32Array;
  /** Logits of the first batch. */
  readonly evaluation: Float32Array;
}

/** What an exercise begins with: the same for whatever the step is lowered to. */
export interface Start {
  /** In the network's own layout. */
  readonly params: Float32Array;
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

export function drawStart(spec: ModelSpec, { batchSize }: RecipeSpec, seed: number): Start {
  const network = buildNetwork(spec);
  const draw = random(seed, 'images');
  const initial = initialParams(network, seed);
  const slots = layoutOf(network).params;
  const params = new Float32Array(slots.reduce((sum, { size }) => sum + size, 0));
  for (const { name, offset, size } of slots) {
    params.set(initial.get(name)!, offset);
    // Scales away from 0 and 1, so that every gradient counts.
    if (name.endsWith('.scale')) for (let i = offset; i < offset + size; i++) params[i] = 0.5 + draw.next();
  }
  const images = Float32Array.from({ length: batchSize * spec.channels * spec.resolution ** 2 }, () => draw.normal());
  return { params, images, labels: Int32Array.from({ length: batchSize }, () => draw.below(spec.classes)) };
}

export interface Exercise {
  /** @defaultValue drawn from the seed */
  readonly start?: Start;
  readonly choice?: Choice;
  readonly recipe?: RecipeSpec;
  readonly steps?: number;
  /** @defaultValue the batch */
  readonly microBatch?: number;
  /** @defaultValue cpu */
  readonly device?: string;
  readonly stepsPerCall?: number;
  /** Another engine's trainer. */
  readonly open?: (options: OnnxTrainerOptions) => Promise<Trainer>;
}

/** The same weights, images and masks for whatever the step is lowered to. */
export async function exercise(
  spec: ModelSpec,
  seed: number,
  {
    choice,
    recipe = everything,
    start = drawStart(spec, recipe, seed),
    steps = 1,
    microBatch,
    device = 'cpu',
    stepsPerCall,
    open = openOnnxTrainer,
  }: Exercise,
): Promise<Outcome> {
  const network = buildNetwork(spec);
  const batch = recipe.batchSize;
  const trainer = await open({
    network,
    recipe,
    batch,
    microBatch: microBatch ?? batch,
    seed,
    device,
    threads: 1,
    ...(choice === undefined ? {} : { choice }),
    ...(stepsPerCall === undefined ? {} : { stepsPerCall }),
  });
  try {
    const { params, images, labels } = start;
    const state = new Map<string, Float32Array>();
    for (const [name, values] of await trainer.state()) state.set(name, values.slice());
    trainer.restore(state.set('params', params));
    const dropout = recipe.dropout > 0 ? new Float32Array(batch * trainer.dropoutFeatures) : undefined;
    const dropPath = recipe.stochasticDepth > 0 ? new Float32Array(batch * trainer.dropPathShares.length) : undefined;
    const losses: number[] = [];
    const correct: number[] = [];
    let gradients: Float32Array | undefined;
    for (let step = 0; step < steps; step++) {
      if (dropout) dropoutMask(dropout, recipe.dropout, seed, step);
      if (dropPath) dropPathMask(dropPath, trainer.dropPathShares, recipe.stochasticDepth, seed, step);
      const rates = { learningRate: 0.01, emaDecay: 0.9, statDecay: 0.5 };
      const result = await trainer.step({ images, labels, dropout, dropPath }, rates);
      losses.push(result.loss);
      correct.push(result.correct);
      gradients ??= Float32Array.from((await trainer.state()).get('velocity')!);
    }
    const padded = new Float32Array(trainer.evaluationBatch * (images.length / batch));
    padded.set(images.subarray(0, padded.length));
    const evaluation = (await trainer.evaluate(padded)).slice(0, batch * spec.classes);
    return { losses, correct, state: new Map(await trainer.state()), gradients: gradients!, evaluation };
  } finally {
    await trainer.close();
  }
}

/** Largest difference, relative to the largest value. */
export function relativeError(ours: Float32Array, theirs: Float32Array): number {
  let scale = 0;
  let worst = 0;
  for (const [i, value] of theirs.entries()) {
    scale = Math.max(scale, Math.abs(value));
    worst = Math.max(worst, Math.abs(value - ours[i]!));
  }
  return scale === 0 ? worst : worst / scale;
}
