import { describe, expect, it, vi } from 'vitest';
import type { ModelSpec, RecipeSpec } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { everything, exercise, relativeError, smallNetwork } from '../onnx/exercise.ts';
import { openTensorflowTrainer } from './open.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

interface Case {
  readonly name: string;
  readonly spec: ModelSpec;
  readonly recipe?: Partial<RecipeSpec>;
}

/** JavaScript computes a filter's gradient at a hundredth of a GFLOP/s, so networks and batches are small. */
const CASES: readonly Case[] = [
  {
    name: 'bottlenecks with every technique of the paper, odd sides',
    spec: {
      ...smallNetwork,
      family: 'resnet-rs',
      blocks: [1, 1, 1, 1],
      block: 'bottleneck',
      baseWidth: 4,
      resolution: 35,
      channels: 3,
      resnetD: true,
      stemPool: 'conv',
      seRatio: 0.25,
    },
  },
  {
    name: 'the plain photograph stem, 7x7 and max pool',
    spec: { ...smallNetwork, family: 'resnet-rs', blocks: [1, 1, 1, 1], baseWidth: 4, resolution: 32, stemPool: 'max' },
    recipe: { dropout: 0, emaDecay: 0 },
  },
  {
    name: 'small images, even sides, pooled shortcuts, plain momentum',
    spec: { ...smallNetwork, baseWidth: 6, resolution: 8, resnetD: true, zeroInitLastNorm: true },
    recipe: { nesterov: false, stochasticDepth: 0, labelSmoothing: 0 },
  },
  {
    name: 'small images, strided shortcuts, no weight decay',
    spec: { ...smallNetwork, baseWidth: 6, resolution: 9 },
    recipe: { weightDecay: 0, momentum: 0 },
  },
];

describe('the tensorflow and the onnx engine', () => {
  it.each(CASES)('agree over ten steps on $name', async ({ spec, recipe = {} }) => {
    const settings = { recipe: { ...everything, batchSize: 4, ...recipe }, steps: 10 };
    const theirs = await exercise(spec, 7, settings);
    const ours = await exercise(spec, 7, { ...settings, open: openTensorflowTrainer });
    const apart = ours.losses.map((loss, step) => Math.abs(loss / theirs.losses[step]! - 1));
    expect(Math.max(...apart)).toBeLessThan(1e-4);
    expect(new Set(theirs.losses).size).toBe(10);
    expect(ours.correct).toEqual(theirs.correct);
    for (const [name, values] of theirs.state)
      expect(relativeError(ours.state.get(name)!, values), name).toBeLessThan(1e-3);
    expect([...ours.state.keys()].sort()).toEqual([...theirs.state.keys()].sort());
    expect(relativeError(ours.evaluation, theirs.evaluation)).toBeLessThan(1e-3);
  });

  it('agree over ten steps in micro-batches', async () => {
    const { spec } = CASES[3]!;
    const settings = { recipe: { ...everything, batchSize: 6 }, microBatch: 2, steps: 10 };
    const theirs = await exercise(spec, 7, settings);
    const ours = await exercise(spec, 7, { ...settings, open: openTensorflowTrainer });
    const whole = await exercise(spec, 7, { ...settings, microBatch: 6 });
    const apart = (one: readonly number[]): number =>
      Math.max(...one.map((loss, step) => Math.abs(loss / theirs.losses[step]! - 1)));
    expect(apart(ours.losses)).toBeLessThan(1e-4);
    // Norms over two images compute something else than norms over six.
    expect(apart(whole.losses)).toBeGreaterThan(1e-3);
    expect(ours.correct).toEqual(theirs.correct);
    for (const [name, values] of theirs.state)
      expect(relativeError(ours.state.get(name)!, values), name).toBeLessThan(1e-3);
  });

  it('were compared on every operation, kernel and stride of the ResNet families', () => {
    const nodes = CASES.flatMap(({ spec }) => buildNetwork(spec).nodes);
    const kinds = [
      'input',
      'conv',
      'norm',
      'activation',
      'add',
      'channel-scale',
      'max-pool',
      'avg-pool',
      'global-pool',
    ];
    expect(new Set(nodes.map(({ op }) => op.kind))).toEqual(new Set([...kinds, 'dropout', 'drop-path', 'dense']));
    const convolutions = nodes.flatMap(({ op }) =>
      op.kind === 'conv' ? [`${op.kernel.join('x')} by ${op.stride[0]}`] : [],
    );
    expect([...new Set(convolutions)].sort()).toEqual(['1x1 by 1', '1x1 by 2', '3x3 by 1', '3x3 by 2', '7x7 by 2']);
  });
});
