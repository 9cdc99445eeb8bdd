/** Networks that only the user's trainer knows: any family, any depth, settings of the trainer's own. */
import { describe, expect, it } from 'vitest';
import { planGrid, type Grid } from '../../grids/index.ts';
import { trialSpec } from '../../models/index.ts';
import { complaints, parse } from './support.ts';

const OWN = `question: how does it scale?
model: { family: EfficientNet-like }
data: { name: fashion-mnist, trainImages: 4000 }
recipe: { batchSize: 64, learningRate: 0.1 }
params: { optimizer: lamb, se: true }
axes:
  width: [1, 1.1]
  depth: [1, 1.2]
  resolution: 28
  epochs: 2
  params.expansion: [4, 6]
engine: { command: mine, ownCost: true, arguments: [--expansion, '{params.expansion}'] }
`;
const edit = (place: string, by: string): string => {
  expect(OWN).toContain(place);
  return OWN.replace(place, by);
};

/** As if the trainer had said it; no network of this program has such costs. */
const costed = (text: string): Grid => ({
  ...parse(text),
  costOf: ({ model }) => ({
    cost: { flops: 1e6 * model.depth, params: 10, activations: null, memoryBytes: null, trainFlops: 0 },
  }),
});
const trialsOf = (text: string) => [...planGrid(costed(text))].filter((item) => item.kind === 'trial');

describe('a grid of networks that only its trainer knows', () => {
  it('plans every cell, with the settings in the trial and in the cell', () => {
    const trials = trialsOf(OWN);
    expect(trials).toHaveLength(8);
    expect(trials.at(-1)!.cell).toEqual({
      width: 1.1,
      depth: 1.2,
      resolution: 28,
      epochs: 2,
      family: 'EfficientNet-like',
      'params.expansion': 6,
      'params.optimizer': 'lamb',
      'params.se': true,
    });
    const { spec } = trials.at(-1)!.trial;
    expect(spec.model).toEqual({
      family: 'EfficientNet-like',
      depth: 1.2,
      width: 1.1,
      resolution: 28,
      channels: 1,
      classes: 10,
      params: { expansion: 6, optimizer: 'lamb', se: true },
    });
    expect(trialSpec.parse(spec)).toEqual(spec);
  });

  it('has every setting in the id, wherever it is written', () => {
    const ids = (text: string): string[] => trialsOf(text).map(({ trial }) => trial.id);
    expect(new Set(ids(OWN)).size).toBe(8);
    expect(ids(edit('optimizer: lamb', 'optimizer: sgd'))).not.toContain(ids(OWN)[0]);
    const onAxis = edit('optimizer: lamb, ', '').replace('  epochs: 2\n', '  epochs: 2\n  params.optimizer: lamb\n');
    expect(ids(onAxis)).toEqual(ids(OWN));
  });

  it('needs no settings: a family that this program does not have is enough', () => {
    const bare = edit('params: { optimizer: lamb, se: true }\n', '')
      .replace('  params.expansion: [4, 6]\n', '')
      .replace(", arguments: [--expansion, '{params.expansion}']", '');
    expect(trialsOf(bare).map(({ trial }) => trial.spec.model.params)).toEqual([{}, {}, {}, {}]);
  });

  it('keeps the spec of a family of this program as it was, also with costs of the trainer', () => {
    const bare = edit('params: { optimizer: lamb, se: true }\n', '')
      .replace('  params.expansion: [4, 6]\n', '')
      .replace(", arguments: [--expansion, '{params.expansion}']", '')
      .replace('EfficientNet-like', 'resnet-rs-small')
      .replace('depth: [1, 1.2]', 'depth: 8');
    const { model } = trialsOf(bare)[0]!.trial.spec;
    expect(model).toHaveProperty('seRatio');
    expect(model).not.toHaveProperty('params');
  });

  it('cuts by expressions over them', () => {
    const cut = edit('engine:', "constraints: [params.expansion * depth <= 6, params.optimizer != 'sgd']\nengine:");
    const cells = trialsOf(cut).map(({ cell }) => [cell.depth, cell['params.expansion']]);
    expect(cells).toEqual([
      [1, 4],
      [1, 6],
      [1.2, 4],
      [1, 4],
      [1, 6],
      [1.2, 4],
    ]);
  });

  it('is in the hash of the grid', () => {
    expect(parse(edit('optimizer: lamb', 'optimizer: sgd')).hash).not.toBe(parse(OWN).hash);
    expect(parse(edit('params.expansion: [4, 6]', 'params.expansion: [4.0, 6]')).hash).toBe(parse(OWN).hash);
  });

  it.each([
    ['no ownCost', edit(', ownCost: true', ''), /Expected `engine: \{command: NAME, ownCost: true\}` beside settings/],
    ['a setting in two places', edit('se: true', 'expansion: 2'), /Expected `params.expansion` in one place/],
    ['values of two kinds', edit('[4, 6]', '[4, six]'), /Expected a text on axis `params.expansion`, got 4/],
    ['a name that no expression can hold', edit('se: true', 'drop-path: 0.1'), /letters, digits and _/],
    [
      "a setting of this program's families",
      edit('EfficientNet-like', 'mine, seRatio: 0.25'),
      /Expected a setting of mine \(`family`; its own stand under `params`\), got `seRatio`/,
    ],
    [
      'a placeholder of none',
      edit('{params.expansion}', '{params.expand}'),
      /Expected \{NAME\} to name a setting under `params` or on an axis, got \{params.expand\}/,
    ],
    ['weights of no network', edit('{params.expansion}', '{weights}'), /Expected no \{weights\}/],
    ['an expression of none', edit('engine:', 'constraints: [params.depth < 2]\nengine:'), /`params.depth`/],
    ['depth 0', edit('depth: [1, 1.2]', 'depth: [0]'), /Expected `depth` to be a number > 0, got 0/],
  ])('refuses %s', (_, text, message) => {
    expect(complaints(text).join('\n')).toMatch(message);
  });
});
