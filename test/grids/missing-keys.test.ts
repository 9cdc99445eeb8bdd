import { describe, expect, it } from 'vitest';
import { complaints, edited, VALID } from './support.ts';

const section = (name: string): string => `Expected \`${name}\` with at least`;

describe('what is missing from a grid is reported all at once', () => {
  it.each<[string, string, string[]]>([
    ['sections', 'question: x\n', ['model', 'data', 'recipe', 'axes'].map(section)],
    ['all of it', '{}\n', ['Expected `question`', ...['model', 'data', 'recipe', 'axes'].map(section)]],
    [
      'keys of every section',
      'question: x\nmodel: {}\ndata: {}\nrecipe: { batchSize: 32 }\naxes: { width: 1, depth: 8 }\n',
      [
        'Expected `family` in `model` or on an axis',
        'Expected `name` to be a text, got nothing',
        'Expected `learningRate` in `recipe` or on an axis',
        'Expected every cell to have `resolution`, `epochs`',
      ],
    ],
    [
      'beside misspelt ones, which are not missing as well',
      'question: x\nmodel: { famly: resnet-rs }\ndata: { name: mine, images: 9 }\nrecipe: { lr: 0.1 }\naxes: { deph: 8, width: 1 }\n',
      [
        'Expected a known key in `model`, got `famly` (did you mean `family`?)',
        'Expected fashion-mnist, cifar-10 or imagenet, or `identity`, `classes`, `channels` beside the name',
        'Expected `batchSize` in `recipe` or on an axis',
        'Expected a known key in `recipe`, got `lr` (did you mean `learningRate`?)',
        'Expected every cell to have `resolution`, `epochs`',
        'Expected a known key in `axes`, got `deph` (did you mean `depth`?)',
      ],
    ],
    [
      'beside a wrong value on an axis',
      'question: x\nmodel: { family: resnet-rs }\ndata: { name: cifar-10 }\nrecipe: { batchSize: 8 }\naxes: { width: wide, depth: 26, resolution: 32 }\n',
      [
        'Expected `learningRate` in `recipe` or on an axis',
        'Expected every cell to have `epochs`',
        'Expected `width` to be a number > 0, got "wide"',
      ],
    ],
  ])('%s', (_, text, expected) => {
    const found = complaints(text);
    expect(found).toEqual(expected.map((words) => expect.stringContaining(words) as string));
  });

  it('but not what stands on an axis that another mistake is on', () => {
    const text = edited('  batchSize: 64\n', '') + '  batchSize: [64, 128]\n  foo: 1\n';
    expect(complaints(text)).toEqual([expect.stringContaining('got `foo`')]);
  });

  it('and an unknown axis is told where all are listed', () => {
    expect(complaints(`${VALID}  foo: 1\n`)).toEqual([
      '15:3: Expected a key that `scalesweep grid keys` lists in `axes`, got `foo`',
    ]);
  });
});
