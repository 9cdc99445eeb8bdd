/** Plans, results and metrics as plain values. */
import { contentHash, makeTrial, type TrialSpec } from '../../../contract/index.ts';
import { modelOf, recipeOf } from '../../fixtures/trial.ts';
import type { Started, SweepInput, TrialToStore } from '../../../results/index.ts';

export interface Shape {
  width?: number;
  depth?: number;
  resolution?: number;
  epochs?: number;
  seed?: number;
  flops?: number;
  params?: number;
  minivalImages?: number;
  dataset?: string;
  engine?: 'onnx' | 'noop';
  weightDecay?: number;
}

export function spec(shape: Shape = {}): TrialSpec {
  return {
    model: modelOf({
      depth: shape.depth ?? 20,
      width: shape.width ?? 1,
      resolution: shape.resolution ?? 28,
      classes: 10,
      baseWidth: 16,
      resnetD: true,
      seRatio: 0.25,
      zeroInitLastNorm: true,
    }),
    data: {
      name: shape.dataset ?? 'fashion-mnist',
      identity: 'v1',
      trainImages: 4000,
      minivalImages: shape.minivalImages ?? 1000,
    },
    recipe: recipeOf({
      batchSize: 128,
      learningRate: 0.1,
      warmupEpochs: 1,
      nesterov: true,
      weightDecay: shape.weightDecay ?? 1e-4,
      labelSmoothing: 0.1,
      flip: true,
      crop: 'pad',
    }),
    epochs: shape.epochs ?? 3,
    seed: shape.seed ?? 0,
    engine: { name: shape.engine ?? 'onnx', numerics: 1 },
  };
}

export function planned(shape: Shape = {}, axes: Record<string, unknown> = {}): TrialToStore {
  const full = spec(shape);
  const flops = shape.flops ?? 1e6 * full.model.depth * full.model.width ** 2 * (full.model.resolution / 28) ** 2;
  return {
    trial: makeTrial(full),
    cell: {
      width: full.model.width,
      depth: full.model.depth,
      resolution: full.model.resolution,
      epochs: full.epochs,
      ...axes,
    },
    cost: {
      flops,
      params: shape.params ?? 1e4 * full.model.depth,
      activations: 1e5,
      memoryBytes: 1e8,
      trainFlops: 3 * flops * 4000 * full.epochs,
    },
  };
}

export function sweepInput(name: string, createdAt = 1): SweepInput {
  return {
    name,
    gridFile: `grids/${name}.yaml`,
    gridText: `name: ${name}\n`,
    gridHash: contentHash(name),
    question: 'Which is best?',
    budgets: { flops: [1e9] },
    overrides: { maxFlops: 2e9 },
    environment: { node: '20' },
    createdAt,
  };
}

export function started(now: number, more: Partial<Started> = {}): Started {
  return {
    engine: 'onnx',
    device: 'cpu',
    pid: 42,
    resumedFromStep: 0,
    totalSteps: 96,
    environment: { host: 'a' },
    now,
    ...more,
  };
}
