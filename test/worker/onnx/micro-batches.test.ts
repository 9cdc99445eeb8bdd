import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { random, type ModelSpec, type RecipeSpec } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { blocked } from '../../../compiler/lowerings/blocked/index.ts';
import type { Choice } from '../../../worker/engines/onnx/choose-lowering.ts';
import { portable } from '../../../compiler/lowerings/portable/index.ts';
import { cpuBlock } from '../../../worker/engines/onnx/cpu-block.ts';
import { storedLayoutOf } from '../../../compiler/parameters/stored-layout.ts';
import { floatTensor } from '../../../worker/engines/onnx/tensors.ts';
import { TrainingVectors } from '../../../worker/engines/onnx/training-vectors.ts';
import { openUpdate } from '../../../worker/engines/onnx/update-runner.ts';
import { openOnnxTrainer, type OnnxTrainer } from '../../../worker/engines/onnx/onnx-trainer.ts';
import { dropoutMask, dropPathMask } from '../../../worker/loader/dropout.ts';
import type { Batch, StepRates } from '../../../worker/training/trainer.ts';
import { everything, relativeError, smallNetwork } from './exercise.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

const block = await cpuBlock();
/** In blocks, with two images in a block in the first stage. */
const spec: ModelSpec = { ...smallNetwork, baseWidth: block, width: 0.5, resnetD: true, seRatio: 0.25, channels: 3 };
/** Momentum, decay of weights and averages: what the update adds to a gradient is compared elsewhere. */
const recipe: RecipeSpec = { ...everything, weightDecay: 0 };
const BATCH = 96;
const RATES: StepRates = { learningRate: 0.1, emaDecay: 0.9, statDecay: 0.5 };

type State = ReadonlyMap<string, Float32Array>;
/** Compares as fast as hashing, where a deep comparison of so many numbers takes half a minute. */
function digestOf(state: State): string {
  const hash = createHash('sha256');
  for (const [name, values] of state)
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest('hex');
}
const copyOf = (state: State): State => new Map([...state].map(([name, values]) => [name, values.slice()]));

function drawBatch(trainer: OnnxTrainer, step = 0): Batch {
  const draw = random(step, 'images of micro-batches');
  const images = Float32Array.from({ length: BATCH * 3 * spec.resolution ** 2 }, () => draw.normal());
  const labels = Int32Array.from({ length: BATCH }, () => draw.below(spec.classes));
  const dropout = new Float32Array(BATCH * trainer.dropoutFeatures);
  const dropPath = new Float32Array(BATCH * trainer.dropPathShares.length);
  dropoutMask(dropout, recipe.dropout, 1, step);
  dropPathMask(dropPath, trainer.dropPathShares, recipe.stochasticDepth, 1, step);
  return { images, labels, dropout, dropPath };
}

/** A third of a batch, as a batch of its own. */
function thirdOf({ images, labels, dropout, dropPath }: Batch, index: number): Batch {
  const part = <T extends Float32Array | Int32Array>(all: T): T =>
    all.slice((index * all.length) / 3, ((index + 1) * all.length) / 3) as T;
  const size = BATCH / 3;
  // Rows are blocks, columns images.
  const columns = dropPath!.filter((_, at) => Math.floor((at % BATCH) / size) === index);
  return { images: part(images), labels: part(labels), dropout: part(dropout!), dropPath: columns };
}

async function withTrainer<T>(
  choice: Choice,
  batch: number,
  microBatch: number,
  use: (trainer: OnnxTrainer) => Promise<T>,
): Promise<T> {
  const network = buildNetwork(spec);
  const trainer = await openOnnxTrainer({
    network,
    recipe,
    batch,
    microBatch,
    seed: 3,
    device: 'cpu',
    threads: 1,
    choice,
  });
  try {
    return await use(trainer);
  } finally {
    await trainer.close();
  }
}

const lowerings: [string, Choice][] = [
  ['portable', { lowering: portable, reason: 'test' }],
  ...(block === 1
    ? []
    : [
        ['blocked', { lowering: blocked(buildNetwork(spec), block, BATCH / 3), reason: 'test' }] satisfies [
          string,
          Choice,
        ],
      ]),
];

describe.each(lowerings)('micro-batches, %s', (_name, choice) => {
  it('take one step with the mean gradient of three thirds of the batch', async () => {
    const accumulated = await withTrainer(choice, BATCH, BATCH / 3, async (trainer) => {
      const result = await trainer.step(drawBatch(trainer), RATES);
      return { result, state: copyOf(await trainer.state()) };
    });
    // The thirds as three single steps from the same start: with nothing before it, velocity is the gradient.
    const thirds = await withTrainer(choice, BATCH / 3, BATCH / 3, async (trainer) => {
      const start = copyOf(await trainer.state());
      const batch = drawBatch(trainer);
      const each: { loss: number; correct: number; state: State }[] = [];
      for (let index = 0; index < 3; index++) {
        trainer.restore(start);
        each.push({ ...(await trainer.step(thirdOf(batch, index), RATES)), state: copyOf(await trainer.state()) });
      }
      return { start, each };
    });
    const mean = (name: string): Float32Array =>
      thirds.each[0]!.state.get(name)!.map((_, i) =>
        thirds.each.reduce((sum, { state }) => sum + state.get(name)![i]! / 3, 0),
      );
    expect(relativeError(accumulated.state.get('velocity')!, mean('velocity'))).toBeLessThan(1e-5);
    // The mean of what the thirds moved the statistics to, since each moved them from the same place.
    expect(relativeError(accumulated.state.get('stats')!, mean('stats'))).toBeLessThan(1e-5);
    const gradient = mean('velocity');
    const nesterov = 1 + recipe.momentum;
    const params = thirds.start.get('params')!.map((value, i) => value - RATES.learningRate * nesterov * gradient[i]!);
    expect(relativeError(accumulated.state.get('params')!, params)).toBeLessThan(1e-5);
    const ema = thirds.start.get('ema')!.map((value, i) => value + (1 - RATES.emaDecay) * (params[i]! - value));
    expect(relativeError(accumulated.state.get('ema')!, ema)).toBeLessThan(1e-5);
    expect(accumulated.result.loss).toBeCloseTo(
      thirds.each.reduce((sum, { loss }) => sum + loss / 3, 0),
      5,
    );
    expect(accumulated.result.correct).toBe(thirds.each.reduce((sum, { correct }) => sum + correct, 0));
  });

  it('forget the gradient of the step before', async () => {
    const [twice, resumed] = await withTrainer(choice, BATCH, BATCH / 3, async (trainer) => {
      await trainer.step(drawBatch(trainer, 0), RATES);
      const between = copyOf(await trainer.state());
      await trainer.step(drawBatch(trainer, 1), RATES);
      const after = digestOf(await trainer.state());
      trainer.restore(between);
      await trainer.step(drawBatch(trainer, 1), RATES);
      return [after, digestOf(await trainer.state())];
    });
    expect(resumed).toBe(twice);
  });

  it.each([BATCH, BATCH / 3])('have no state after a step that failed (%i at a time), until one is restored', (micro) =>
    withTrainer(choice, BATCH, micro, async (trainer) => {
      const before = copyOf(await trainer.state());
      const whole = drawBatch(trainer);
      const broken = { ...whole, labels: whole.labels.subarray(0, BATCH - 1) };
      await expect(trainer.step(broken, RATES)).rejects.toThrow();
      expect(() => trainer.state()).toThrow('its last step failed');
      trainer.restore(before);
      expect(digestOf(await trainer.state())).toBe(digestOf(before));
    }),
  );

  it('are evaluated few at a time as well', async () => {
    const whole = await withTrainer(choice, BATCH, BATCH, (trainer) => Promise.resolve(trainer.evaluationBatch));
    await withTrainer(choice, BATCH, BATCH / 3, async (trainer) => {
      expect(trainer.evaluationBatch).toBeLessThan(whole);
      const images = new Float32Array(trainer.evaluationBatch * 3 * spec.resolution ** 2);
      expect(await trainer.evaluate(images)).toHaveLength(trainer.evaluationBatch * spec.classes);
    });
  });

  it('are followed by the same update in one graph or in one for each part', async () => {
    const network = buildNetwork(spec);
    const { lowering } = choice;
    const draw = random(1, 'an update');
    const drawn = new Map<string, Float32Array>();
    const update = async (mostBytes: number): Promise<string> => {
      const vectors = new TrainingVectors(network, lowering, true);
      if (drawn.size === 0)
        for (const [name, values] of await vectors.state())
          drawn.set(
            name,
            values.map(() => draw.next()),
          );
      vectors.restore(drawn);
      for (const { data } of Object.values(vectors.gradientFeeds())) (data as Float32Array).fill(0.25);
      const layout = storedLayoutOf(network, lowering);
      const runner = await openUpdate(
        { layout, lowering, vectors, nesterov: true, ema: true, device: 'cpu', threads: 1 },
        mostBytes,
      );
      // learningRate, momentum, weightDecay, labelSmoothing, emaDecay, statDecay
      await runner.run(floatTensor(Float32Array.of(0.1, 0.9, 1e-3, 0, 0.9, 0.5), [6]));
      await runner.close();
      return digestOf(await vectors.state());
    };
    const together = await update(Infinity);
    expect(await update(0)).toBe(together);
    expect(together).not.toBe(digestOf(drawn));
  });

  it('must divide the batch', async () => {
    await expect(withTrainer(choice, BATCH, 7, () => Promise.resolve())).rejects.toThrow('Expected a divisor');
  });
});
