import { describe, expect, it } from 'vitest';
import { complaints, edited, parse, VALID, withAxes, withRecipe } from './support.ts';

const MANY = `[${Array.from({ length: 500 }, (_, i) => i + 1).join(', ')}]`;
const FOUR = 'width: 1, depth: 8, resolution: 28, epochs: 2';

/** Name, text, and every complaint as `line:column: message`. */
const CASES: readonly (readonly [string, string, ...string[]])[] = [
  // Keys
  [
    'a misspelt key',
    edited('learningRate', 'lerningRate'),
    '9:3: Expected a known key in `recipe`, got `lerningRate` (did you mean `learningRate`?)',
  ],
  [
    'a misspelt section',
    edited('axes:', 'axis:'),
    '10:1: Expected a known key in the grid, got `axis` (did you mean `axes`?)',
  ],
  [
    'a misspelt axis',
    edited('  width', '  widht'),
    '11:3: Expected a known key in `axes`, got `widht` (did you mean `width`?)',
  ],
  [
    'a key in the wrong case',
    edited('batchSize', 'batch_size'),
    '8:3: Expected a known key in `recipe`, got `batch_size` (did you mean `batchSize`?)',
  ],
  ['a key in the wrong section', withRecipe('width: 2'), '10:3: Expected `width` under `axes`, got it in `recipe`'],
  [
    'a key like nothing known',
    withRecipe('zzz: 2'),
    '10:3: Expected one of batchSize, learningRate, schedule, warmupEpochs, momentum, nesterov, weightDecay, labelSmoothing, dropout, stochasticDepth, emaDecay, flip, crop, randAugmentLayers or randAugmentMagnitude in `recipe`, got `zzz`',
  ],
  [
    'a key of the language',
    withRecipe('__proto__: 2'),
    '10:3: Expected one of batchSize, learningRate, schedule, warmupEpochs, momentum, nesterov, weightDecay, labelSmoothing, dropout, stochasticDepth, emaDecay, flip, crop, randAugmentLayers or randAugmentMagnitude in `recipe`, got `__proto__`',
  ],
  [
    'no question',
    edited('question: which axis pays?', 'cost: little'),
    '1:1: Expected `question` to be a text, got nothing',
  ],
  ['an empty question', edited('which axis pays?', '""'), '1:11: Expected `question` to be a text, got an empty text'],
  [
    'no learning rate',
    edited('  learningRate: 0.1\n', ''),
    '7:1: Expected `learningRate` in `recipe` or on an axis, got neither',
  ],

  // Axes
  ['an empty axis', edited('[8, 14]', '[]'), '12:10: Expected at least one value on axis `depth`, got an empty list'],
  [
    'an axis without values',
    edited(' [8, 14]', ''),
    '12:3: Expected `depth` to be a value or a list of values, got nothing',
  ],
  [
    'a missing axis',
    edited('  epochs: [2, 5]\n', ''),
    '10:1: Expected every cell to have `epochs` (one value is enough), got cells without',
  ],
  ['negative epochs', edited('[2, 5]', '[2, -5]'), '14:15: Expected `epochs` to be an integer >= 1, got -5'],
  ['no epochs at all', edited('[2, 5]', '0'), '14:11: Expected `epochs` to be an integer >= 1, got 0'],
  ['a fractional depth', edited('[8, 14]', '[8, 14.5]'), '12:14: Expected `depth` to be an integer >= 1, got 14.5'],
  ['width 0', edited('[0.5, 1]', '[0, 1]'), '11:11: Expected `width` to be a number > 0, got 0'],
  [
    'a text on a number axis',
    edited('[0.5, 1]', '[0.5, wide]'),
    '11:16: Expected `width` to be a number > 0, got "wide"',
  ],
  [
    'a condition on a number axis',
    edited('[0.5, 1]', '[0.5, true]'),
    '11:16: Expected a number on axis `width`, got true',
  ],
  ['a list in a list', edited('[0.5, 1]', '[[0.5]]'), '11:11: Expected a number on axis `width`, got a list'],
  [
    'a mapping as an axis',
    edited('[0.5, 1]', '{from: 0.5}'),
    '11:10: Expected `width` to be a value or a list of values, got a mapping',
  ],
  ['an infinite value', edited('[0.5, 1]', '[0.5, .inf]'), '11:16: Expected a number on axis `width`, got Infinity'],
  [
    'the same value twice',
    edited('[0.5, 1]', '[0.5, 1, 5e-1]'),
    '11:19: Expected distinct values on axis `width`, got 0.5 a second time',
  ],
  [
    'a choice that is none',
    VALID + '  schedule: [step, cosin]\n',
    '15:20: Expected `schedule` to be cosine, step or constant, got "cosin" (did you mean `cosine`?)',
  ],
  [
    'an axis beside a fixed value',
    VALID + '  batchSize: [32, 64]\n',
    '8:3: Expected `batchSize` in one place, got it in `recipe` and on an axis that every cell has',
  ],
  [
    'an axis twice in a product',
    VALID + '  product: [{width: 2}]\n',
    '15:13: Expected every axis once in a product, got `width` a second time',
  ],
  [
    'a zip of unequal columns',
    VALID + '  zip: {seRatio: [0, 0.25], dropout: [0]}\n',
    '15:8: Expected equally many values on every axis of `zip`, got 2 of `seRatio` and 1 of `dropout`',
  ],
  [
    'a zip with a row twice',
    VALID + '  zip: {seRatio: [0, 0], dropout: [0, 0]}\n',
    '15:22: Expected distinct combinations in `zip`, got {"dropout":0,"seRatio":0} a second time',
  ],
  [
    'a list with a cell twice',
    withAxes(`axes:\n  list:\n    - {${FOUR}}\n    - {depth: 8, width: 1.0, resolution: 28, epochs: 2}\n`),
    '13:7: Expected distinct cells in `list`, got {"depth":8,"epochs":2,"resolution":28,"width":1} a second time',
  ],
  [
    'a list whose cells lack an axis',
    withAxes(`axes:\n  list:\n    - {${FOUR}}\n    - {width: 1, depth: 8, resolution: 28}\n`),
    '10:1: Expected every cell to have `epochs` (one value is enough), got cells without',
  ],
  ['an empty product', VALID + '  product: []\n', '15:12: Expected `product` to be a list of axes, got an empty list'],
  [
    'far too many cells',
    withAxes(`axes:\n  width: ${MANY}\n  depth: ${MANY}\n  resolution: ${MANY}\n  epochs: 2\n`),
    '10:1: Expected at most 10 million cells, got 125000000',
  ],

  [
    'far too many seeds for the cells',
    withAxes(`axes:\n  width: ${MANY}\n  depth: ${MANY}\n  resolution: 28\n  epochs: 2\nseeds: 100\n`),
    '15:1: Expected at most 10 million trials, got 25000000',
  ],
  [
    'a depth with some zeros too many',
    edited('[8, 14]', '6000002'),
    '11:3: Expected at least one trial to remain, got all 8 cells cut: 8 by `Network cannot be built: expected at most 1500 blocks, got 3000000`',
  ],

  // Model and data
  [
    'an unknown family',
    edited('resnet-rs-small', 'resnet-rs-smal'),
    '3:11: Expected `family` to be resnet-rs or resnet-rs-small, got "resnet-rs-smal" (did you mean `resnet-rs-small`?)',
  ],
  [
    'one list of blocks for two depths',
    edited('resnet-rs-small', 'resnet-rs-small\n  blocks: [1, 1, 1]'),
    '4:3: Expected one depth beside a fixed list of blocks, or a table `{by: depth, values: ...}`, got 2 depths',
  ],
  [
    'an unknown dataset',
    edited('fashion-mnist', 'fashion-mnst'),
    '5:9: Expected fashion-mnist, cifar-10 or imagenet, or `identity`, `images`, `classes`, `channels` beside the name, got "fashion-mnst" (did you mean `fashion-mnist`?)',
  ],
  [
    'a path as dataset',
    edited('fashion-mnist', '../../secret'),
    '5:9: Expected a dataset name of lower-case letters, digits, dots, dashes and underscores, got "../../secret"',
  ],
  [
    'facts of a built-in dataset',
    edited('trainImages: 4000', 'classes: 3'),
    '6:3: Expected no `classes` for the built-in dataset fashion-mnist, got 3',
  ],
  [
    'more images than there are',
    edited('4000', '60k'),
    '6:16: Expected trainImages + minivalImages to be at most 60000, all of fashion-mnist, got 61200 in the cell width 0.5, depth 8, resolution 20, epochs 2',
  ],
  [
    'minival said twice',
    edited('4000', '4000\n  minivalImages: 100\n  minivalFraction: 0.1'),
    '8:3: Expected `minivalImages` or `minivalFraction`, got both',
  ],
  [
    'minival by share beside an axis of numbers',
    edited('4000', '4000\n  minivalFraction: 0.1') + '  minivalImages: [100, 200]\n',
    '7:3: Expected `minivalImages` or `minivalFraction`, got both',
  ],
  [
    'an identity of a length that no trial may carry',
    edited('fashion-mnist', `mine\n  identity: ${'x'.repeat(201)}\n  images: 10k\n  classes: 2\n  channels: 1`),
    `6:13: Expected \`identity\` to be a text of at most 200 characters, got "${'x'.repeat(57)}..."`,
  ],

  // Recipe and rules
  [
    'a list as a setting',
    edited('0.1', '[0.1]'),
    '9:17: Expected `learningRate` to be a number, an expression, a table or `{per256: ...}`, got a list',
  ],
  [
    'a word as a number',
    edited('0.1', 'fast'),
    '9:17: Expected `learningRate` to be a number > 0, or an expression, got "fast"',
  ],
  ['yes for true', withRecipe('flip: yes'), '10:9: Expected `flip` to be true or false, got "yes"'],
  [
    'a setting out of range',
    withRecipe('momentum: 1'),
    '10:13: Expected `momentum` to be a number >= 0 and < 1, got 1',
  ],
  [
    'a batch bigger than the data',
    edited('64', '5000'),
    '8:14: Expected batchSize to be at most trainImages 4000, got 5000 in the cell width 0.5, depth 8, resolution 20, epochs 2',
  ],
  [
    'nothing but warm-up',
    withRecipe('warmupEpochs: 2'),
    '10:17: Expected warmupEpochs to be below epochs 2, got 2 in the cell width 0.5, depth 8, resolution 20, epochs 2',
  ],
  [
    'a misspelt name in a rule',
    withRecipe("dropout: '0.1 * widht'"),
    '10:19: Expected a known name, got `widht` (did you mean `width`?)',
  ],
  [
    'a rule without quotes',
    withRecipe('dropout: width > 1 ? 0.1 : 0'),
    '10:12: Expected one value after the colon, got a second colon; put a text or an expression like this in quotes',
  ],
  [
    'a rule over costs',
    withRecipe("dropout: 'flops > 1M ? 0.1 : 0'"),
    '10:13: Expected a rule over the cell, got the cost `flops`, which only constraints know',
  ],
  [
    'a rule over what stands below',
    withRecipe("dropout: '2 * stochasticDepth'\n  stochasticDepth: '0.1 * width'"),
    '10:17: Expected a setting that is written above, got `stochasticDepth`',
  ],
  [
    'a rule of the wrong kind',
    withRecipe("dropout: 'width > 1'"),
    '10:12: Expected `dropout` to be a number >= 0 and < 1, got an expression that gives a condition',
  ],
  [
    'a rule out of range in some cell',
    withRecipe("dropout: 'width'"),
    '10:12: Expected `dropout` to be a number >= 0 and < 1, got 1 in the cell width 1, depth 8, resolution 20, epochs 2',
  ],
  [
    'a rule that divides by zero',
    withRecipe("dropout: '0 / (width - 0.5)'"),
    '10:12: Expected `dropout` to be a number >= 0 and < 1, got NaN in the cell width 0.5, depth 8, resolution 20, epochs 2',
  ],
  [
    'a table with a gap',
    withRecipe('dropout: {by: width, values: {0.5: 0}}'),
    '10:32: Expected a value for every `width` (or `otherwise`), got none for 1',
  ],
  [
    'a table over no axis',
    withRecipe('dropout: {by: wdth, values: {0.5: 0}}'),
    '10:17: Expected `by` to name an axis, got "wdth" (did you mean `width`?)',
  ],
  [
    'a table with a key that is no value',
    withRecipe('dropout: {by: width, values: {half: 0, 1: 0}}'),
    '10:33: Expected `width` to be a number > 0, got "half"',
  ],
  [
    'a misspelt `per256`',
    edited('0.1', '{per265: 0.1}'),
    '9:18: Expected a known key in `learningRate`, got `per265` (did you mean `per256`?)',
  ],

  // Constraints, seeds, budgets, engine
  [
    'a misspelt cost',
    VALID + 'constraints:\n  - flop <= 2G\n',
    '16:5: Expected a known name, got `flop` (did you mean `flops`?)',
  ],
  [
    'a misspelt name in double quotes',
    VALID + 'constraints: ["width < 2 && dpeth < 9"]\n',
    '15:29: Expected a known name, got `dpeth` (did you mean `depth`?)',
  ],
  ['a constraint cut short', VALID + 'constraints:\n  - flops <=\n', '16:13: Expected a value after `<=`, got the end'],
  [
    'a constraint that is a number',
    VALID + 'constraints:\n  - flops + 1\n',
    '16:5: Expected a condition such as `flops <= 2G`, got "flops + 1"',
  ],
  [
    'a constraint that cuts all',
    VALID + 'constraints:\n  - width < 2\n  - flops <= 1k\n',
    '17:5: Expected at least one trial to remain, got all 16 cells cut: 16 by `flops <= 1k`',
  ],
  [
    'two constraints that cut all',
    VALID + 'constraints: [width < 1, width > 0.5]\n',
    '15:15: Expected at least one trial to remain, got all 16 cells cut: 8 by `width < 1`',
    '15:26: Expected at least one trial to remain, got all 16 cells cut: 8 by `width > 0.5`',
  ],
  [
    'resolutions too small for the stages',
    edited('[20, 28]', '2'),
    '11:3: Expected at least one trial to remain, got all 8 cells cut: 8 by `Network cannot be built: expected a resolution of at least 4 for 3 stages, got 2`',
  ],
  [
    'constraints as a text',
    VALID + 'constraints: flops <= 2G\n',
    '15:14: Expected `constraints` to be a list of expressions, each after `- `, got "flops <= 2G"',
  ],
  ['the same seed twice', VALID + 'seeds: [1, 2, 1]\n', '15:15: Expected distinct seeds, got 1 a second time'],
  ['a negative seed', VALID + 'seeds: [-1]\n', '15:9: Expected a seed >= 0, got -1'],
  ['no seeds', VALID + 'seeds: 0\n', '15:8: Expected `seeds` to be a list of seeds, or how many (1 to 10000), got 0'],
  [
    'a budget on no axis',
    VALID + 'budgets:\n  - flop: 2G\n',
    '16:5: Expected a known key in a budget, got `flop` (did you mean `flops`?)',
  ],
  [
    'a budget that is no amount',
    VALID + 'budgets:\n  - flops: lots\n',
    '16:12: Expected a budget to be an amount > 0 such as `2G`, got "lots"',
  ],
  [
    'a budget on two axes',
    VALID + 'budgets:\n  - {flops: 2G, params: 3M}\n',
    '16:5: Expected one of flops, trainFlops, params, memoryBytes or stepMs in a budget, got flops and params',
  ],
  [
    'an unknown engine',
    VALID + 'engine: onxx\n',
    '15:9: Expected `engine` to be onnx, tensorflow, noop or `{command: NAME}`, got "onxx"',
  ],

  // YAML
  [
    'an unclosed list',
    edited('[0.5, 1]', '[0.5, 1'),
    '11:10: Expected `]` at the end of what begins with this `[`, got the next line',
  ],
  ['a tab', edited('  width', '\twidth'), '11:1: Expected spaces before the first word, got a tab; type spaces'],
  [
    'a key twice',
    edited('  width', '  width: 2\n  width'),
    '12:3: Expected every key once in a mapping, got this one a second time',
  ],
  [
    'two documents',
    VALID + '---\nquestion: and this?\n',
    '15:1: Expected one YAML document in a grid file, got a second one after `---`',
  ],
  [
    'an alias of nothing',
    edited('[0.5, 1]', '*widths'),
    '11:10: Expected an anchor `&widths` above this alias, got none',
  ],
  [
    'an alias inside its own anchor',
    edited('[0.5, 1]', '&w [1, *w]'),
    '11:17: Expected an alias of plain values, got `*w`, which holds aliases itself',
  ],
  [
    'aliases that multiply',
    edited('[0.5, 1]\n', '&a [1]\n  list: [{seRatio: &b [*a, *a]}, {seRatio: *b}]\n'),
    '12:44: Expected an alias of plain values, got `*b`, which holds aliases itself',
  ],
  [
    'a merge key',
    edited('axes:\n', 'axes:\n  <<: {seRatio: 0.5}\n'),
    '11:3: Expected the keys to be written out, got a merge key `<<`, which grids do not read',
  ],
  [
    'a list as a key',
    VALID + '? [a, b]\n: 3\n',
    '15:3: Expected a plain key, got a list, a mapping or an alias as key',
  ],
  [
    'a tag',
    edited('[0.5, 1]', '!!js/function "x"'),
    '11:10: Expected a plain value, got the tag `!!js/function`; put a text or an expression that begins with `!` in quotes',
  ],
  ['an older YAML', `%YAML 1.1\n---\n${VALID}`, '1:1: Expected YAML 1.2, got a directive for 1.1'],
  [
    'too deep a nesting',
    VALID + `  product: ${'[{product: '.repeat(30)}1${'}]'.repeat(30)}\n`,
    '15:223: Expected at most 64 levels of nesting, got more',
  ],
  ['an empty file', '', '1:1: Expected a mapping with `question`, `model`, `data`, `axes`, got an empty file'],
  [
    'only comments',
    '# to be written\n',
    '1:1: Expected a mapping with `question`, `model`, `data`, `axes`, got a file with nothing but comments',
  ],
  [
    'a text for a grid',
    'hello\n',
    '1:1: Expected the grid to be a mapping with `question`, `command`, `cost`, `model`, `data`, `recipe`, `axes` or `constraints`, got "hello"',
  ],
  [
    'a list for a grid',
    '- 1\n- 2\n',
    '1:1: Expected the grid to be a mapping with `question`, `command`, `cost`, `model`, `data`, `recipe`, `axes` or `constraints`, got a list',
  ],
];

describe('a bad grid', () => {
  it.each(CASES)('%s', (_, text, ...expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  it('is told all its problems at once, in the order of the file', () => {
    const text =
      edited('batchSize', 'batchsize').replace('[2, 5]', '[2, 0]').replace('resnet-rs-small', 'resnet') +
      'constraints: [flop < 1]\nseeds: []\n';
    expect(complaints(text)).toEqual([
      '3:11: Expected `family` to be resnet-rs or resnet-rs-small, got "resnet" (did you mean `resnet-rs`?)',
      '8:3: Expected a known key in `recipe`, got `batchsize` (did you mean `batchSize`?)',
      '14:15: Expected `epochs` to be an integer >= 1, got 0',
      '15:15: Expected a known name, got `flop` (did you mean `flops`?)',
      '16:8: Expected `seeds` to be a list of seeds, or how many (1 to 10000), got an empty list',
    ]);
  });

  it('is not flooded by one mistake made many times', () => {
    const text = edited('[2, 5]', `[${Array.from({ length: 1000 }, (_, i) => -i).join(', ')}]`);
    expect(complaints(text)).toHaveLength(1000);
    expect(() => parse(text)).toThrow(/^(.*\n){40}and 960 more$/);
  });

  it('finds the same column with Windows line ends and a byte order mark', () => {
    const text = `\uFEFF${(VALID + 'constraints: [flop < 1]\n').replaceAll('\n', '\r\n')}`;
    expect(complaints(text)).toEqual(['15:15: Expected a known name, got `flop` (did you mean `flops`?)']);
  });
});
