import '../extending/toy-family.ts';
import { describe, expect, it } from 'vitest';
import { modelSpec } from '../../models/index.ts';
import { parseGrid, planGrid, type PlannedTrial } from '../../grids/index.ts';

const grid = (model: string, axes: string, rest = ''): string => `
question: Which family scales better?
model: ${model}
data: { name: cifar-10 }
recipe: { batchSize: 128, learningRate: 0.1 }
axes: ${axes}
${rest}`;

const scaling = 'width: [1], resolution: [32], epochs: [1]';

function trials(text: string): PlannedTrial[] {
  const items = [...planGrid(parseGrid(text, 'g.yaml'))];
  return items.filter((item) => item.kind === 'trial');
}

const problemsOf = (text: string): string => {
  try {
    trials(text);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
};

describe('settings of a family in a grid', () => {
  it('are those of the family, at its defaults where nothing is said', () => {
    const [trial] = trials(grid('{ family: toy, expansion: 4 }', `{ ${scaling}, depth: 8, kernel: [3x3, 5x5] }`));
    expect(trial!.cell).toMatchObject({ kernel: '3x3' });
    expect(trial!.trial.spec.model).toEqual({
      family: 'toy',
      depth: 8,
      width: 1,
      resolution: 32,
      channels: 3,
      classes: 10,
      expansion: 4,
      kernel: '3x3',
      activation: 'swish',
    });
    expect(modelSpec.parse(trial!.trial.spec.model)).toEqual(trial!.trial.spec.model);
  });

  it.each([
    [
      'a setting of another family',
      grid('{ family: toy, seRatio: 0.25 }', `{ ${scaling}, depth: 8 }`),
      'g.yaml:3:23: Expected a setting of toy (`family`, `expansion`, `kernel` or `activation`), got `seRatio`',
    ],
    [
      'an axis that is a setting of another family',
      grid('{ family: toy }', `{ ${scaling}, depth: 8, block: [basic] }`),
      'Expected an axis among the settings of toy (`family`, `expansion`, `kernel` or `activation`), got `block`',
    ],
    [
      'blocks',
      grid('{ family: toy, blocks: [1, 1] }', `{ ${scaling}, depth: 8 }`),
      'g.yaml:3:23: Expected no `blocks`, which toy does not take, got some',
    ],
    [
      'a rule over a setting of another family',
      grid('{ family: toy, expansion: "seRatio > 0 ? 2 : 4" }', `{ ${scaling}, depth: 8 }`),
      'got `seRatio`',
    ],
    [
      'a constraint over a setting of another family',
      grid('{ family: toy }', `{ ${scaling}, depth: 8 }`, 'constraints: ["seRatio > 0"]'),
      'got `seRatio`',
    ],
    ['a misspelt family', grid('{ family: toyy }', `{ ${scaling}, depth: 8 }`), 'did you mean `toy`?'],
  ])('refuses %s', (_, text, message) => {
    expect(problemsOf(text)).toContain(message);
  });

  it('apply to the families that have them where a grid compares families', () => {
    const list = `[{ family: toy, kernel: [3x3, 5x5], depth: 8 }, { family: resnet-rs-small, depth: 8 }]`;
    const found = trials(grid('{ expansion: 3, seRatio: 0.5 }', `{ ${scaling}, list: ${list} }`));
    expect(found.map(({ cell }) => [cell['family'], cell['kernel']])).toEqual([
      ['toy', '3x3'],
      ['toy', '5x5'],
      ['resnet-rs-small', undefined],
    ]);
    for (const { trial } of found) expect(modelSpec.parse(trial.spec.model)).toEqual(trial.spec.model);
    expect(found[2]!.trial.spec.model).toMatchObject({ family: 'resnet-rs-small', seRatio: 0.5 });
  });

  it('may not be an axis of a family that does not have them', () => {
    const text = grid('{ seRatio: 0.5 }', `{ ${scaling}, depth: 8, family: [toy, resnet-rs-small], kernel: [3x3] }`);
    expect(problemsOf(text)).toContain(
      'Expected only settings of the family resnet-rs-small, got `kernel` in the cell width 1, depth 8',
    );
  });
});
