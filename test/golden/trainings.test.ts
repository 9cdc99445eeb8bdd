/**
 * Ten short trainings in each lowering: the first epoch's loss as recorded on any machine, and weights to the last bit on the types of
 * CPU that were recorded (kernels for other vector units add up in another order).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { makeTrial, type TrialResult } from '../../contract/index.ts';
import { buildNetwork } from '../../models/index.ts';
import type { Checkpoint } from '../../worker/storage/checkpoints.ts';
import type { EventBody } from '../../worker/engines/engine.ts';
import { blocked } from '../../compiler/lowerings/blocked/index.ts';
import { portable } from '../../compiler/lowerings/portable/index.ts';
import { onDevice } from '../../compiler/lowerings/portable/on-device.ts';
import { cpuBlock } from '../../worker/engines/onnx/cpu-block.ts';
import type { Lowering } from '../../compiler/lowerings/rule.ts';
import { openOnnxTrainer } from '../../worker/engines/onnx/onnx-trainer.ts';
import { trainTrial } from '../../worker/training/train-trial.ts';
import { memorySet } from '../../worker/data/memory-set.ts';
import type { Dataset } from '../../worker/data/index.ts';
import { tinyDataset } from '../fixtures/dataset.ts';
import { goldenCases, type GoldenCase } from './networks.ts';
import { TRAINS_A_MINUTE } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

const EPOCHS = 2;
const block = await cpuBlock();
const lowerings: Record<string, (network: ReturnType<typeof buildNetwork>, batch: number) => Lowering> = {
  portable: () => portable,
  'on-device': () => onDevice,
  ...(block === 1 ? {} : { blocked: (network, batch) => blocked(network, block, batch) }),
};

/** What decides which kernels of ONNX Runtime run, and so the order of their sums. */
function cpuType(): string {
  if (!existsSync('/proc/cpuinfo')) return process.platform;
  const cpu = readFileSync('/proc/cpuinfo', 'utf8');
  const field = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(cpu)?.[1] ?? 'unknown';
  return [process.arch, field('vendor_id'), field('cpu family'), field('model')].join('-');
}

/** The tiny images, each pixel repeated: at the network's size and number of channels. */
function datasetFor(side: number, channels: number): Dataset {
  const tiny = tinyDataset();
  const enlarge = (count: number, seed: number) =>
    memorySet(
      Uint16Array.from({ length: count }, (_, at) => at % 3),
      channels,
      {
        side,
        pixels: Uint8Array.from({ length: count * channels * side * side }, (_, at) => {
          const image = Math.floor(at / (channels * side * side));
          return (((at * 2654435761 + seed) >>> 24) * (1 + (image % 3))) / 3;
        }),
      },
    );
  const stats = { mean: tiny.mean.concat(tiny.mean, tiny.mean), std: tiny.std.concat(tiny.std, tiny.std) };
  return {
    ...tiny,
    mean: stats.mean.slice(0, channels),
    std: stats.std.slice(0, channels),
    train: enlarge(68, 1),
    minival: enlarge(20, 2),
    test: enlarge(30, 3),
  };
}

async function train(
  golden: GoldenCase,
  lower: (typeof lowerings)[string],
): Promise<TrialResult & { epochs: unknown }> {
  const { model, recipe, microBatch } = golden;
  const network = buildNetwork(model);
  const batch = recipe.batchSize;
  const lowering = lower(network, microBatch ?? batch);
  const trainer = await openOnnxTrainer({
    network,
    recipe,
    batch,
    ...(microBatch === undefined ? {} : { microBatch }),
    seed: 7,
    device: 'cpu',
    threads: 1,
    choice: { lowering, reason: 'golden' },
  });
  const events: EventBody[] = [];
  let kept: Checkpoint | undefined;
  try {
    const result = await trainTrial({
      trial: makeTrial({
        model,
        recipe,
        data: { name: 'tiny', identity: 'tiny/1', trainImages: 68, minivalImages: 20 },
        epochs: EPOCHS,
        seed: 7,
        engine: { name: 'onnx', numerics: 1 },
      }),
      context: {
        device: 'cpu',
        threads: 1,
        microBatch,
        emit: (event) => events.push(event),
        signal: new AbortController().signal,
        checkpoints: {
          folder: 'nowhere',
          save: (checkpoint) => Promise.resolve(void (kept = checkpoint)).then(() => 1),
          load: () => Promise.resolve({ checkpoint: kept, passedOver: [] }),
          clear: () => Promise.resolve(),
        },
      },
      dataset: datasetFor(model.resolution, model.channels),
      trainer,
      environment: {},
    });
    const epochs = events.flatMap((event) => (event.type === 'epoch' ? [event.metrics] : []));
    return { ...result, epochs: epochs.map((metrics) => ({ ...metrics, seconds: undefined })) };
  } finally {
    await trainer.close();
  }
}

const firstLoss = (line: string): number =>
  (JSON.parse(line) as { epochs: { trainLoss: number }[] }).epochs[0]!.trainLoss;

const recorded = path.join(import.meta.dirname, 'trainings');

describe.each(Object.entries(lowerings))('trainings, %s', (name, lower) => {
  it('have the recorded metrics and weights', async () => {
    const metrics: string[] = [];
    const digests: string[] = [];
    for (const golden of goldenCases) {
      const { epochs, minivalTop1, testTop1, minivalLoss, testLoss, trainLoss, trainTop1, weightsDigest } = await train(
        golden,
        lower,
      );
      metrics.push(
        JSON.stringify({
          case: golden.name,
          minivalTop1,
          testTop1,
          minivalLoss,
          testLoss,
          trainLoss,
          trainTop1,
          epochs,
        }),
      );
      digests.push(`${weightsDigest} ${golden.name}`);
    }
    const file = path.join(recorded, `${cpuType()}-${name}.golden`);
    // On a type of CPU without a record this writes it, except in CI, where metrics alone are compared.
    if (existsSync(file) || process.env.CI === undefined)
      await expect(`${digests.join('\n')}\n${metrics.join('\n')}\n`).toMatchFileSnapshot(file);
    const [reference] = readdirSync(recorded)
      .filter((each) => each.endsWith(`-${name}.golden`))
      .toSorted();
    const expected = readFileSync(path.join(recorded, reference!), 'utf8')
      .trim()
      .split('\n')
      .slice(-goldenCases.length);
    metrics.forEach((line, at) =>
      expect(Math.abs(firstLoss(line) / firstLoss(expected[at]!) - 1), goldenCases[at]!.name).toBeLessThan(2e-3),
    );
  });
});
