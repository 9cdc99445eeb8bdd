import { describe, expect, it } from 'vitest';
import type { TrialSpec } from '../../contract/index.ts';
import { trialSpec } from '../../models/index.ts';
import { complaints, edited, planned, VALID, withAxes, withRecipe } from './support.ts';

const specs = (text: string): TrialSpec[] =>
  planned(text).flatMap((item) => (item.kind === 'trial' ? [item.trial.spec] : []));

/** The distinct values of a setting over all trials, by width. */
const byWidth = (text: string, read: (spec: TrialSpec) => unknown): Record<string, unknown> =>
  Object.fromEntries(specs(text).map((spec) => [spec.model.width, read(spec)]));

describe('settings', () => {
  it('make specs that the contract accepts, with every default filled in', () => {
    for (const spec of specs(VALID)) expect(trialSpec.parse(spec)).toEqual(spec);
    expect(specs(VALID)[0]).toEqual({
      model: {
        family: 'resnet-rs-small',
        depth: 8,
        width: 0.5,
        resolution: 20,
        channels: 1,
        classes: 10,
        block: 'basic',
        baseWidth: 16,
        resnetD: false,
        stemPool: 'none',
        seRatio: 0,
        zeroInitLastNorm: true,
      },
      data: { name: 'fashion-mnist', identity: 'fashion-mnist/1', trainImages: 4000, minivalImages: 1200 },
      recipe: {
        batchSize: 64,
        learningRate: 0.1,
        schedule: 'cosine',
        warmupEpochs: 0,
        momentum: 0.9,
        nesterov: false,
        weightDecay: 0,
        labelSmoothing: 0,
        dropout: 0,
        stochasticDepth: 0,
        emaDecay: 0,
        flip: false,
        crop: 'none',
        randAugmentLayers: 0,
        randAugmentMagnitude: 0,
      },
      epochs: 2,
      seed: 0,
      engine: { name: 'onnx', numerics: expect.any(Number) as number },
    });
  });

  it('follow the family, also where the family is an axis', () => {
    const text = withAxes(
      'axes: {family: [resnet-rs-small, resnet-rs], width: 1, depth: 26, resolution: 32, epochs: 2}',
    ).replace('family: resnet-rs-small', 'baseWidth: 8');
    expect(specs(text).map(({ model }) => [model.family, model.block, model.seRatio, model.baseWidth])).toEqual([
      ['resnet-rs-small', 'basic', 0, 8],
      ['resnet-rs', 'bottleneck', 0.25, 8],
    ]);
  });

  it('divide the training set: minival is 2 % of all, the rest trains', () => {
    const { data } = specs(edited('  trainImages: 4000\n', ''))[0]!;
    expect([data.minivalImages, data.trainImages]).toEqual([1200, 58_800]);
  });

  it('divide it by number, by share, and by cell', () => {
    expect(specs(edited('trainImages: 4000', 'minivalImages: 10k'))[0]!.data).toMatchObject({
      minivalImages: 10_000,
      trainImages: 50_000,
    });
    expect(specs(edited('trainImages: 4000', 'minivalFraction: 0.5'))[0]!.data).toMatchObject({
      minivalImages: 30_000,
      trainImages: 30_000,
    });
    const cells = specs(edited('  trainImages: 4000\n', '') + '  minivalImages: [0, 100]\n').map(
      ({ data }) => data.trainImages,
    );
    expect(new Set(cells)).toEqual(new Set([60_000, 59_900]));
  });

  it('take a dataset that is not built in with its facts', () => {
    const text = edited(
      'name: fashion-mnist',
      'name: mine\n  identity: mine/3\n  images: 10k\n  classes: 7\n  channels: 3',
    );
    expect(specs(text)[0]).toMatchObject({
      data: { identity: 'mine/3', minivalImages: 200 },
      model: { classes: 7, channels: 3 },
    });
  });
});

describe('rules', () => {
  it('follow the cell', () => {
    const text = withRecipe("dropout: 'width <= 0.5 ? 0 : 0.1 * depth / 8'");
    expect(specs(text).map(({ model, recipe }) => [model.width, model.depth, recipe.dropout])).toEqual(
      expect.arrayContaining([
        [0.5, 14, 0],
        [1, 8, 0.1],
        [1, 14, 0.175],
      ]),
    );
  });

  it('may be tables', () => {
    expect(
      byWidth(withRecipe('dropout: {by: width, values: {0.50: 0.1, 1: 0.25, 2: 0.5}}'), ({ recipe }) => recipe.dropout),
    ).toEqual({ 0.5: 0.1, 1: 0.25 });
    expect(
      byWidth(withRecipe('crop: {by: width, values: {1: pad}, otherwise: none}'), ({ recipe }) => recipe.crop),
    ).toEqual({ 0.5: 'none', 1: 'pad' });
    expect(
      byWidth(withRecipe('flip: {by: width, values: {0.5: true, 1: false}}'), ({ recipe }) => recipe.flip),
    ).toEqual({ 0.5: true, 1: false });
  });

  it('may give choices and conditions', () => {
    expect(
      byWidth(withRecipe("schedule: \"width > 0.5 ? 'step' : 'cosine'\""), ({ recipe }) => recipe.schedule),
    ).toEqual({ 0.5: 'cosine', 1: 'step' });
    expect(byWidth(withRecipe("flip: 'width > 0.5'"), ({ recipe }) => recipe.flip)).toEqual({ 0.5: false, 1: true });
  });

  it('may use fixed settings, defaults, and rules that stand above them', () => {
    const text = withRecipe(
      "stochasticDepth: 'width / 4'\n  dropout: 'stochasticDepth / 2'\n  emaDecay: '1 - batchSize / trainImages'\n  weightDecay: '1 - momentum'",
    );
    expect(byWidth(text, ({ recipe: { dropout, emaDecay, weightDecay } }) => [dropout, emaDecay, weightDecay])).toEqual(
      {
        0.5: [0.0625, 0.984, 0.1],
        1: [0.125, 0.984, 0.1],
      },
    );
  });

  it('may set model and data too', () => {
    expect(
      byWidth(
        edited('resnet-rs-small', "resnet-rs-small\n  seRatio: 'width > 0.5 ? 0.25 : 0'"),
        ({ model }) => model.seRatio,
      ),
    ).toEqual({ 0.5: 0, 1: 0.25 });
    expect(byWidth(edited('4000', "'4000 * width'"), ({ data }) => data.trainImages)).toEqual({ 0.5: 2000, 1: 4000 });
  });

  it('give the same trial however they are written', () => {
    const ids = (line: string): string[] =>
      planned(withRecipe(line)).map((item) => (item.kind === 'trial' ? item.trial.id : ''));
    expect(ids("dropout: '0.1 * 3'")).toEqual(ids('dropout: 0.3'));
    expect(ids('dropout: {by: width, values: {0.5: 0.3, 1: 3e-1}}')).toEqual(ids('dropout: 0.3'));
  });
});

describe('a learning rate in proportion to the batch', () => {
  it('scales with the batch of the cell', () => {
    const text =
      edited('learningRate: 0.1', 'learningRate: {per256: 0.1}').replace('  batchSize: 64\n', '') +
      '  batchSize: [64, 256, 1024]\n';
    expect(new Set(specs(text).map(({ recipe }) => `${recipe.batchSize}: ${recipe.learningRate}`))).toEqual(
      new Set(['64: 0.025', '256: 0.1', '1024: 0.4']),
    );
  });

  it('may itself follow the cell', () => {
    const text = edited('learningRate: 0.1', "learningRate: {per256: 'width > 0.5 ? 0.1 : 0.2'}");
    expect(byWidth(text, ({ recipe }) => recipe.learningRate)).toEqual({ 0.5: 0.05, 1: 0.025 });
  });
});

describe('blocks', () => {
  it('override the family by list or by table', () => {
    const one = withAxes('axes: {width: 1, depth: 9, resolution: 28, epochs: 2}').replace(
      'resnet-rs-small',
      'resnet-rs-small\n  blocks: [1, 2, 1]',
    );
    expect(specs(one).map(({ model }) => model.blocks)).toEqual([[1, 2, 1]]);
    const table = edited('resnet-rs-small', 'resnet-rs-small\n  blocks: {by: depth, values: {8: [1, 1, 2]}}');
    expect(new Map(specs(table).map(({ model }) => [model.depth, model.blocks]))).toEqual(
      new Map([
        [8, [1, 1, 2]],
        [14, undefined],
      ]),
    );
  });

  it('are refused where a stage is empty', () => {
    const text = edited('resnet-rs-small', 'resnet-rs-small\n  blocks: {by: depth, values: {8: [1, 0, 1]}}');
    expect(complaints(text)).toEqual(['4:39: Expected at least one block in a stage, got 0']);
  });
});
