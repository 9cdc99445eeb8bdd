import { describe, expect, it } from 'vitest';
import { complaints, edited, VALID, withRecipe } from './support.ts';

const constrained = (line: string): string => `${VALID}constraints:\n  - ${line}\n`;
const withTrainer = (lines: string): string => `${VALID}engine:\n  command: resnet\n${lines}`;

/** What was typed, the text, and every complaint as `line:column: message`. */
const LINES: readonly (readonly [string, string, ...string[]])[] = [
  [
    'a line to the margin',
    edited('  depth', 'depth'),
    '12:1: Expected this line to begin in column 3, as line 13 does, got column 1',
  ],
  [
    'a line half way to the margin',
    edited('  depth', ' depth'),
    '12:2: Expected this line to begin in column 3, as line 13 does, got column 2',
  ],
  [
    'a first line too far to the right',
    edited('  width', '    width'),
    '11:5: Expected this line to begin in column 3, as line 12 does, got column 5',
  ],
  [
    'a last line to the margin',
    edited('  epochs', 'epochs'),
    '14:1: Expected `epochs` under `axes`, got it in the grid; indent this line as those under `axes`',
  ],
  [
    'a last line of a section to the margin',
    edited('  learningRate', 'learningRate'),
    '9:1: Expected `learningRate` under `recipe`, got it in the grid; indent this line as those under `recipe`',
  ],
  [
    'a section under another',
    `${VALID}  seeds: 3\n`,
    '15:3: Expected `seeds` at the beginning of a line, got it in `axes`; indent it less',
  ],
  [
    'two lines',
    edited('  depth', 'depth').replace('batchSize:', 'batchSize ='),
    '8:12: Expected a colon after `batchSize`, got `=`',
    '12:1: Expected this line to begin in column 3, as line 13 does, got column 1',
  ],
  [
    'a no-break space before a key',
    edited('  depth', ' \u00A0depth'),
    '12:2: Expected an ordinary space, got a no-break space (U+00A0); type the space again',
  ],
  [
    'a no-break space after a colon',
    edited('batchSize: ', 'batchSize:\u00A0'),
    '8:13: Expected an ordinary space, got a no-break space (U+00A0); type the space again',
  ],
  [
    'a no-break space in a constraint',
    constrained('flops\u00A0<= 2G'),
    '16:10: Expected an ordinary space, got a no-break space (U+00A0); type the space again',
  ],
  [
    'a space without width',
    edited('depth', '\u200Bdepth'),
    '12:3: Expected `depth` in `axes`, got it with a zero-width space (U+200B); type the key again',
  ],
  ['a list right after the colon', edited('width: ', 'width:'), '11:8: Expected a space after `width:`, got none'],
  [
    'a number right after the colon',
    edited('learningRate: ', 'learningRate:'),
    '9:15: Expected a space after `learningRate:`, got none',
  ],
  [
    'a number right after a colon in braces',
    edited('0.1', '{per256:0.1}'),
    '9:18: Expected a space after `per256:` in `learningRate`, got none',
  ],
  ['no colon', edited('batchSize:', 'batchSize'), '8:12: Expected a colon and a space after `batchSize`, got none'],
  ['a wide colon', edited('batchSize: ', 'batchSize：'), '8:12: Expected `:`, got the wide `：`'],
  [
    'no space after a dash',
    `${VALID}constraints:\n  - flops <= 2G\n  -width <= 1\n`,
    '17:3: Expected a space after the dash, got none',
  ],
  ['a bracket of another kind', edited('1]', '1)'), '11:17: Expected `]`, got `)`'],
  ['a bracket too many', edited('1]', '1]]'), '11:18: Expected an opening bracket for this `]`, got none'],
  [
    'a brace left open',
    edited('0.1', '{ per256: 0.1'),
    '9:17: Expected `}` at the end of what begins with this `{`, got the next line',
  ],
  ['a quote left open', constrained('"flops <= 2G'), '16:5: Expected a closing `"` on this line, got none'],
  [
    'an apostrophe in quotes',
    edited('which axis pays?', "'what's best?'"),
    "1:11: Expected nothing behind the closing `'`, got more text; write a `'` inside the text twice, or use the other quotes around it",
  ],
  [
    'a comma at the end of a line',
    edited('[2, 5]', '[2, 5],'),
    '14:17: Expected the end of the line after the value, got a comma',
  ],
  [
    'a colon in the question',
    edited('axis pays', 'axis pays: width'),
    '1:11: Expected one value after the colon, got a second colon; put a text or an expression like this in quotes',
  ],
  [
    'curly quotes around a rule',
    withRecipe('dropout: ‘width > 1 ? 0.1 : 0’'),
    '10:12: Expected straight quotes, got `‘`; write \' or "',
  ],
];

const MISSING: readonly (readonly [string, string, ...string[]])[] = [
  [
    'recipe',
    edited('recipe:\n  batchSize: 64\n  learningRate: 0.1\n', ''),
    '1:1: Expected `recipe` with at least { batchSize, learningRate } in the grid, got no such section',
  ],
  [
    'everything but a question',
    'question: which?\n',
    '1:1: Expected `model` with at least { family } in the grid, got no such section',
    '1:1: Expected `data` with at least { name } in the grid, got no such section',
    '1:1: Expected `recipe` with at least { batchSize, learningRate } in the grid, got no such section',
    '1:1: Expected `axes` with at least { width, depth, resolution, epochs } in the grid, got no such section',
  ],
];

const SHORT: readonly (readonly [string, string])[] = [
  ['lr', 'learningRate'],
  ['wd', 'weightDecay'],
  ['batch', 'batchSize'],
  ['warmup', 'warmupEpochs'],
  ['ema', 'emaDecay'],
];

const VALUES: readonly (readonly [string, string, ...string[]])[] = [
  [
    'curly quotes around a name',
    edited('fashion-mnist', '“fashion-mnist”'),
    '5:9: Expected a dataset name of lower-case letters, digits, dots, dashes and underscores, got "“fashion-mnist”"; write straight quotes (\' or ") for `“`',
  ],
  [
    'a grouped number',
    edited('4000', '18_000'),
    '6:16: Expected a number or an amount such as `2G`, got `18_000`; write `18000`',
  ],
  [
    'a grouped number on an axis',
    `${VALID}  trainImages: [1_000, 2k]\n`.replace('  trainImages: 4000\n', ''),
    '14:17: Expected `trainImages` to be an integer >= 1, got "1_000"; write `1000`',
  ],
  [
    'a decimal comma',
    edited('0.1', '0,1'),
    '9:17: Expected a number or an amount such as `2G`, got `0,1`; write `0.1`',
  ],
  [
    'a list without brackets',
    edited('[0.5, 1]', '0.5, 1'),
    '11:10: Expected `width` to be a number > 0, got "0.5, 1"; write a list as `[0.5, 1]`',
  ],
  [
    'a budget with a unit',
    `${VALID}budgets: [{ flops: 50 MFLOPs }]\n`,
    '15:20: Expected a budget to be an amount > 0 such as `2G`, got "50 MFLOPs"; write `50M`',
  ],
  [
    'an axis with its section',
    edited('  epochs', '  recipe.weightDecay: [0, 1e-4]\n  epochs'),
    '14:3: Expected `weightDecay` in `axes`, got `recipe.weightDecay`; write it without the section',
  ],
];

const CONSTRAINTS: readonly (readonly [string, string])[] = [
  ['flops =< 2G', '16:11: Expected `<=`, got `=<`'],
  ['flops => 2G', '16:11: Expected `>=`, got `=>`'],
  ['flops ≤ 2G', '16:11: Expected `<=`, got `≤`'],
  ['depth = 8', '16:11: Expected `==`, got `=`'],
  ['depth === 8', '16:11: Expected `==`, got `===`'],
  ['depth <> 8', '16:11: Expected `!=`, got `<>`'],
  ['depth > 8 and width < 1', '16:15: Expected `&&`, got `and`'],
  ['depth > 8 or width < 1', '16:15: Expected `||`, got `or`'],
  ['depth > 8 & width < 1', '16:15: Expected `&&`, got `&`'],
  ['not depth > 8', '16:5: Expected `!`, got `not`; write `!(...)` around what is not to be'],
  ['width × depth < 20', '16:11: Expected `*`, got `×`'],
  ['width x depth < 20', '16:11: Expected `*`, got `x`'],
  ['width^2 < 2', '16:10: Expected `**`, got `^`'],
  ['flops <= 50 MFLOPs', '16:14: Expected a number or an amount such as `2G`, got `50 MFLOPs`; write `50M`'],
  ['flops <= 50MFLOPs', '16:14: Expected a number or an amount such as `2G`, got `50MFLOPs`; write `50M`'],
  ['flops <= 2 G', '16:14: Expected a number or an amount such as `2G`, got `2 G`; write `2G`'],
  ['trainImages <= 18_000', '16:20: Expected a number or an amount such as `2G`, got `18_000`; write `18000`'],
  ['width <= 50%', '16:14: Expected a number or an amount such as `2G`, got `50%`; write `0.5`'],
  ['recipe.batchSize <= 64', '16:5: Expected a name without its section, got `recipe.batchSize`; write `batchSize`'],
  [
    'family == resnet-rs-small',
    "16:15: Expected a text in quotes to compare `family` with, got `resnet-rs-small`; write 'resnet-rs-small'",
  ],
  [
    'schedule == cosin',
    "16:17: Expected a text in quotes to compare `schedule` with, got `cosin`; write 'cosine', 'step' or 'constant'",
  ],
  ['schedule == ‘cosine’', '16:17: Expected straight quotes, got `‘`; write \' or "'],
  ['flip == True', '16:13: Expected `true`, got `True`'],
  ['0.5 < width < 2', '16:5: Expected one comparison at a time, got two in a row; write `a < b && b < c`'],
  ['depth in [8, 14]', '16:11: Expected comparisons, got `in`; write one for each value: `depth == 8 || depth == 14`'],
  ['width depth', '16:11: Expected an operator such as `*`, `<` or `&&` here, got `depth`'],
  ['(width < 1', '16:15: Expected a closing `)`, got the end of the expression'],
  ['&& width < 1', '16:8: Expected a value, got one that begins with `&&`; put an expression like this in quotes'],
  [
    '!flip',
    '16:5: Expected a plain value, got the tag `!flip`; put a text or an expression that begins with `!` in quotes',
  ],
];

/** A number that stands for a text, and is another text when it is read as a number. */
const TEXTS: readonly (readonly [string, string, ...string[]])[] = [
  ...['1.10', '1.0', '010', '0.10', '1e3', '0x1F', '12345678901234567890'].map(
    (written): readonly [string, string, string] => [
      `version ${written}`,
      withTrainer(`  version: ${written}\n`),
      `17:12: Expected a text, got the number \`${written}\`, which reads ${Number(written)}; put it in quotes: "${written}"`,
    ],
  ),
  [
    'arguments',
    withTrainer('  arguments: [8, 0.5, 010, -0.10]\n'),
    '17:23: Expected a text, got the number `010`, which reads 10; put it in quotes: "010"',
    '17:28: Expected a text, got the number `-0.10`, which reads -0.1; put it in quotes: "-0.10"',
  ],
  [
    'a condition for an argument',
    withTrainer('  arguments: [true]\n'),
    '17:15: Expected an argument to be a text or a number, got true; put it in quotes',
  ],
  [
    'an identity',
    edited('fashion-mnist', 'mine\n  identity: 20240101\n  images: 10k\n  classes: 2\n  channels: 1'),
    '6:13: Expected `identity` to be a text, got 20240101; put it in quotes',
  ],
  ['a name', edited('fashion-mnist', '2012'), '5:9: Expected `name` to be a text, got 2012; put it in quotes'],
];

describe('a slip in a grid', () => {
  it.each(LINES)('of the lines: %s', (_, text, ...expected) => expect(complaints(text)).toEqual(expected));
  it.each(MISSING)('no %s', (_, text, ...expected) => expect(complaints(text)).toEqual(expected));
  it.each(SHORT)('%s for %s', (short, name) =>
    expect(complaints(withRecipe(`${short}: 1`))).toEqual([
      `10:3: Expected a known key in \`recipe\`, got \`${short}\` (did you mean \`${name}\`?)`,
    ]),
  );
  it.each(VALUES)('in a value: %s', (_, text, ...expected) => expect(complaints(text)).toEqual(expected));
  it.each(CONSTRAINTS)('in a constraint: %s', (line, expected) =>
    expect(complaints(constrained(line))).toEqual([expected]),
  );
  it.each(TEXTS)('a number for a text: %s', (_, text, ...expected) => expect(complaints(text)).toEqual(expected));

  it.each(['"1.10"', "'010'", '8', '0.5', '-3', '2', 'v1.10', '1.10.0'])(
    'is not a text that stays itself: %s',
    (written) => {
      expect(complaints(withTrainer(`  version: ${written}\n  arguments: [${written}]\n`))).toEqual([]);
    },
  );

  it('in a constraint is no slip inside quotes', () => {
    expect(complaints(constrained(`"family != 'and = 18_000'"`))).toEqual([]);
  });
});
