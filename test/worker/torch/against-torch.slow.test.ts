import { afterAll, describe, expect, it, vi } from 'vitest';
import { random, type ModelSpec, type RecipeSpec } from '../../../contract/index.ts';
import { buildNetwork, elements, type Network, type ResnetSpec } from '../../../models/index.ts';
import { layoutOf } from '../../../compiler/parameters/stored-layout.ts';
import { openOnnxTrainer } from '../../../worker/engines/onnx/onnx-trainer.ts';
import { dropoutMask, dropPathMask } from '../../../worker/loader/dropout.ts';
import { decaysAt } from '../../../worker/training/schedule.ts';
import type { StepRates } from '../../../worker/training/trainer.ts';
import { modelOf, recipeOf } from '../../fixtures/trial.ts';
import { KinkFinder, type Moved } from '../onnx/away-from-kinks.ts';
import { askTorch, closeTorch, torchMissing } from './torch.ts';
import { isSkippedWithout } from '../../support/needs.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

/**
 * 24 networks that together use every operation and option of both families. Small: what is compared is arithmetic,
 * not speed.
 */
function networks(): { name: string; spec: ModelSpec; batch: number }[] {
  return Array.from({ length: 24 }, (_, index) => {
    const draw = random(index, 'torch networks');
    const pick = <T>(...values: T[]): T => values[draw.below(values.length)]!;
    const family = index % 2 === 0 ? ('resnet-rs-small' as const) : ('resnet-rs' as const);
    const small = family === 'resnet-rs-small';
    // Whole blocks of channels and images are trained in the blocked layout where the CPU has one, all else in the plain one.
    const inBlocks = index % 5 === 0;
    const spec: ResnetSpec = {
      family,
      depth: 1,
      blocks: Array.from({ length: small ? 3 : 4 }, () => 1 + draw.below(2)),
      width: pick(0.5, 0.75, 1, 1.5),
      resolution: small ? 8 + draw.below(13) : 32 + draw.below(20),
      channels: pick(1, 3),
      classes: 2 + draw.below(9),
      block: pick('basic', 'bottleneck'),
      baseWidth: inBlocks ? 16 : pick(4, 8),
      resnetD: index % 4 < 2,
      stemPool: small ? 'none' : pick('max', 'conv', 'none'),
      seRatio: pick(0, 0.25, 0.5),
      zeroInitLastNorm: draw.next() < 0.3,
    };
    const name = `${index}: ${family} ${spec.block} D=${spec.resnetD} pool=${spec.stemPool} se=${spec.seRatio} at ${spec.resolution}`;
    // Over two values a norm's output is 1 and -1 whatever they are, and its gradient nothing but rounding.
    return { name, spec, batch: inBlocks ? 16 : 6 + draw.below(3) };
  });
}

const plain: RecipeSpec = recipeOf({ batchSize: 1, schedule: 'constant' });

/** Parameters drawn wide, so that no scale is zero and every gradient counts. */
function drawnParams(network: Network, seed: number): Float32Array {
  const draw = random(seed, 'params');
  return Float32Array.from(
    network.nodes.flatMap((node) =>
      node.params.flatMap(({ shape, init }) =>
        Array.from({ length: elements(shape) }, () =>
          init.kind === 'he-normal'
            ? draw.normal() * Math.sqrt(2 / init.fanOut)
            : init.kind === 'normal'
              ? draw.normal() * 0.1
              : 0.5 + draw.next(),
        ),
      ),
    ),
  );
}

/** From the order of the nodes to the flat vector's, or back. */
function reorder(network: Network, values: Float32Array, to: 'flat' | 'nodes'): Float32Array {
  const slots = new Map(layoutOf(network).params.map((slot) => [slot.name, slot]));
  const out = new Float32Array(values.length);
  let offset = 0;
  for (const { name } of network.nodes.flatMap((node) => node.params)) {
    const slot = slots.get(name)!;
    if (to === 'flat') out.set(values.subarray(offset, offset + slot.size), slot.offset);
    else out.set(values.subarray(slot.offset, slot.offset + slot.size), offset);
    offset += slot.size;
  }
  return out;
}

interface Exercise {
  readonly spec: ModelSpec;
  readonly recipe: RecipeSpec;
  readonly batch: number;
  readonly steps: readonly StepRates[];
  readonly seed: number;
  /** Where to start, in the order of the nodes, and then away from all kinks; the initial weights of a training by default. */
  readonly params?: Float32Array;
}

/** The same weights, batches and masks through both implementations. */
async function both({ spec, recipe, batch, steps, seed, params: given }: Exercise) {
  const network = buildNetwork(spec);
  const trainer = await openOnnxTrainer({ network, recipe, batch, seed: 1, device: 'cpu', threads: 1 });
  try {
    let params = given ?? reorder(network, (await trainer.state()).get('params')!, 'nodes');
    const draw = random(seed, 'images');
    const imageSize = spec.channels * spec.resolution ** 2;
    const labels = Int32Array.from({ length: steps.length * batch }, () => draw.below(spec.classes));
    // A pattern per class and noise: something to learn, where fitting pure noise would amplify every rounding.
    const patterns = Array.from({ length: spec.classes }, () =>
      Float32Array.from({ length: imageSize }, () => draw.normal()),
    );
    const images = Float32Array.from(
      { length: labels.length * imageSize },
      (_, i) => patterns[labels[Math.floor(i / imageSize)]!]![i % imageSize]! + 0.5 * draw.normal(),
    );
    if (given !== undefined) {
      const flat = reorder(network, given, 'flat');
      await moveAway(network, batch, { params: flat, images }, seed);
      params = reorder(network, flat, 'nodes');
    }
    const features = trainer.dropoutFeatures;
    const blocks = trainer.dropPathShares.length;
    const dropout = recipe.dropout > 0 ? new Float32Array(steps.length * batch * features) : undefined;
    const dropPath = recipe.stochasticDepth > 0 ? new Float32Array(steps.length * batch * blocks) : undefined;
    const part = (all: Float32Array | undefined, step: number) =>
      all?.subarray((step * all.length) / steps.length, ((step + 1) * all.length) / steps.length);
    steps.forEach((_, step) => {
      if (dropout) dropoutMask(part(dropout, step)!, recipe.dropout, seed, step);
      if (dropPath) dropPathMask(part(dropPath, step)!, trainer.dropPathShares, recipe.stochasticDepth, seed, step);
    });

    const state = new Map<string, Float32Array>(
      [...(await trainer.state())].map(([name, values]) => [name, values.slice()]),
    );
    state.set('params', reorder(network, params, 'flat'));
    if (recipe.emaDecay > 0) state.set('ema', reorder(network, params, 'flat'));
    trainer.restore(state);
    const losses: number[] = [];
    let gradients: Float32Array | undefined;
    for (const [step, rates] of steps.entries()) {
      const batchOf = {
        images: images.slice(step * batch * imageSize, (step + 1) * batch * imageSize),
        labels: labels.slice(step * batch, (step + 1) * batch),
        dropout: part(dropout, step),
        dropPath: part(dropPath, step),
      };
      losses.push((await trainer.step(batchOf, rates)).loss);
      // With no momentum behind it, the first velocity is the gradient (and its weight decay).
      gradients ??= reorder(network, (await trainer.state()).get('velocity')!.slice(), 'nodes');
    }
    const finalParams = reorder(network, (await trainer.state()).get('params')!, 'nodes');
    const padded = new Float32Array(trainer.evaluationBatch * imageSize);
    padded.set(images.subarray(0, batch * imageSize));
    const evaluation = (await trainer.evaluate(padded)).slice(0, batch * spec.classes);
    const torch = await askTorch({ spec, recipe, batch, steps, params, images, labels, dropout, dropPath });
    return { ours: { losses, gradients: gradients!, finalParams, evaluation }, torch, network };
  } finally {
    await trainer.close();
  }
}

/** Where a value lies on the edge of a ReLU or of two equal pixels, rounding decides its gradient, in PyTorch as here. */
async function moveAway(network: Network, batch: number, start: Moved, seed: number): Promise<void> {
  const finder = await KinkFinder.open(network, batch, false);
  try {
    await finder.moveAway(start, random(seed, 'kinks'));
  } finally {
    await finder.close();
  }
}

/** Largest difference over the larger of the tensor's and the floor's magnitude. */
function relativeError(ours: Float32Array, theirs: Float32Array, floor = 0): number {
  let scale = floor;
  let worst = 0;
  for (const [i, value] of theirs.entries()) {
    scale = Math.max(scale, Math.abs(value));
    worst = Math.max(worst, Math.abs(value - ours[i]!));
  }
  return worst / scale;
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/**
 * The error of each tensor. A shift that the next norm takes out again has a true gradient of nothing but rounding, so no
 * tensor is measured against less than a thousandth of the largest gradient.
 */
function tensorErrors(network: Network, ours: Float32Array, theirs: Float32Array): { name: string; error: number }[] {
  const floor = largest(theirs) / 1000;
  let offset = 0;
  return network.nodes
    .flatMap((node) => node.params)
    .map(({ name, shape }) => {
      const from = offset;
      offset += elements(shape);
      return { name, error: relativeError(ours.subarray(from, offset), theirs.subarray(from, offset), floor) };
    });
}

const missing = torchMissing();

// Where PyTorch is absent the suite fails in CI and is skipped, visibly, on a developer's machine.
describe.skipIf(isSkippedWithout(missing === undefined))('against PyTorch', () => {
  afterAll(closeTorch);

  it('is installed', () => expect(missing).toBeUndefined());

  it.each(networks())('outputs and gradients of network $name', async ({ spec, batch }) => {
    // Nothing moves, and the running statistics become the batch's: evaluation is then a function of the given weights.
    const rates = { learningRate: 0, emaDecay: 0, statDecay: 0 };
    const params = drawnParams(buildNetwork(spec), 7);
    const { ours, torch, network } = await both({ spec, recipe: plain, batch, steps: [rates], seed: 7, params });
    expect(Math.abs(ours.losses[0]! / torch.losses[0]! - 1)).toBeLessThan(1e-5);
    expect(relativeError(ours.evaluation, torch.evaluation)).toBeLessThan(1e-5);
    for (const { name, error } of tensorErrors(network, ours.gradients, torch.gradients)) {
      expect(error, name).toBeLessThan(1e-4);
    }
  });

  const variants: [string, Partial<RecipeSpec>][] = [
    ['plain momentum', {}],
    ['Nesterov', { nesterov: true }],
    ['weight decay', { weightDecay: 5e-3 }],
    ['label smoothing', { labelSmoothing: 0.1 }],
    ['a moving average', { emaDecay: 0.9 }],
    ['dropout', { dropout: 0.25 }],
    ['stochastic depth', { stochasticDepth: 0.3 }],
    [
      'all of them',
      { nesterov: true, weightDecay: 5e-3, labelSmoothing: 0.1, emaDecay: 0.9, dropout: 0.25, stochasticDepth: 0.3 },
    ],
  ];

  it.each(variants)('50 training steps with %s', async (_name, change) => {
    const recipe = { ...plain, ...change };
    const spec: ModelSpec = modelOf({
      depth: 11,
      resolution: 12,
      channels: 3,
      classes: 10,
      block: 'bottleneck',
      baseWidth: 8,
      resnetD: true,
      seRatio: 0.25,
    });
    const steps = Array.from({ length: 50 }, (_, step) => {
      const { ema, stat } = decaysAt(recipe, step);
      return { learningRate: 0.005, emaDecay: ema, statDecay: stat };
    });
    const { ours, torch } = await both({ spec, recipe, batch: 32, steps, seed: 3 });
    for (const [step, loss] of torch.losses.entries())
      expect(Math.abs(ours.losses[step]! - loss), `step ${step}`).toBeLessThan(1e-3);
    expect(torch.losses.at(-1)).not.toBeCloseTo(torch.losses[0]!, 2);
    expect(relativeError(ours.finalParams, torch.finalParams)).toBeLessThan(1e-3);
    expect(relativeError(ours.evaluation, torch.evaluation)).toBeLessThan(1e-2);
  });
});
