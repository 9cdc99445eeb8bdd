/** Slips of hand in an expression (`=<`, `and`, `50 MFLOPs`, a text without quotes), each with its cure. */
import { respelled } from '../../contract/index.ts';
import { curlyQuote, oddSpace } from '../read/characters.ts';
import { listed } from '../read/problems.ts';
import { FIELDS, type Kind } from '../schema/fields.ts';
import { ExpressionError } from './expression-syntax.ts';

/** What is written for what: other languages, mathematics, and a keyboard's dead keys. Longer ones first. */
const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/!==/g, '!='],
  [/===/g, '=='],
  [/=<|≤|⩽/g, '<='],
  [/=>|≥|⩾/g, '>='],
  [/<>|≠|=!|\bis not\b/g, '!='],
  [/(?<![<>=!])=(?!=)|\bis\b/g, '=='],
  [/\band\b|\bAND\b|∧|(?<!&)&(?!&)/g, '&&'],
  [/\bor\b|\bOR\b|∨|(?<!\|)\|(?!\|)/g, '||'],
  [/\bnot\b|\bNOT\b|¬/g, '!'],
  [/[×·⋅∗]|(?<=[\w)] )x(?= [\w(])/g, '*'],
  [/÷/g, '/'],
  [/[−–—]/g, '-'],
  [/\^/g, '**'],
  [/\bTrue\b|\bTRUE\b/g, 'true'],
  [/\bFalse\b|\bFALSE\b/g, 'false'],
];

/** A run of digits with what may be meant as its separators and its unit. */
const NUMBER =
  /(?<![\w.])\d+(?:[.,_'’ \u00A0\u202F]\d+)*(?:\s*[eE]\s*[+-]?\s*\d+)?(?:\s*[A-Za-z/]+|\s*%(?!\s*[\w(.]))?/g;
const SECTION = /\b(?:model|data|recipe|axes)\.(\w+)/g;
const COMPARED = /([A-Za-z_]\w*)(\s*(?:==|!=|=)\s*)([A-Za-z][\w-]*)/g;

interface Slip {
  readonly offset: number;
  readonly message: string;
}

/** The first slip of a text that is no valid expression, or `undefined`. */
export function slipOf(text: string, kinds: ReadonlyMap<string, Kind>): ExpressionError | undefined {
  const [first] = allSlips(text, kinds).toSorted((a, b) => a.offset - b.offset);
  return first === undefined ? undefined : new ExpressionError(first.message, first.offset);
}

function allSlips(text: string, kinds: ReadonlyMap<string, Kind>): Slip[] {
  // What stands in quotes is a text, and right.
  const bare = text.replaceAll(/'[^']*'|"[^"]*"/g, (quoted) => '\u0000'.repeat(quoted.length));
  const slips: Slip[] = [];
  const find = (pattern: RegExp, messageFor: (match: RegExpExecArray) => Slip | undefined): void => {
    for (const match of bare.matchAll(pattern)) {
      const slip = messageFor(match);
      if (slip !== undefined) slips.push(slip);
    }
  };
  const curly = curlyQuote(bare);
  if (curly !== undefined)
    slips.push({ offset: curly.at, message: `Expected straight quotes, got \`${curly.quote}\`; write ' or "` });
  const space = oddSpace(bare);
  if (space !== undefined)
    slips.push({ offset: space.at, message: `Expected an ordinary space, got ${space.name}; type the space again` });
  find(NUMBER, ({ 0: given, index }) => numberSlip(bare, given, index));
  find(COMPARED, ({ 1: name, 2: operator, 3: value, index }) =>
    kinds.get(name!) !== 'text' || kinds.get(value!) === 'text'
      ? undefined
      : {
          offset: index + name!.length + operator!.length,
          message: `Expected a text in quotes to compare \`${name}\` with, got \`${value}\`; write ${choiceOf(name!, value!)}`,
        },
  );
  find(SECTION, ({ 0: given, 1: name, index }) => ({
    offset: index,
    message: `Expected a name without its section, got \`${given}\`; write \`${name}\``,
  }));
  find(/\bin\b/g, ({ index }) => ({
    offset: index,
    message: 'Expected comparisons, got `in`; write one for each value: `depth == 8 || depth == 14`',
  }));
  for (const [pattern, right] of OPERATORS)
    find(pattern, ({ 0: given, index }) => ({
      offset: index,
      message: `Expected \`${right}\`, got \`${given}\`${right === '!' ? '; write `!(...)` around what is not to be' : ''}`,
    }));
  return slips;
}

function choiceOf(name: string, value: string): string {
  const choices = FIELDS.get(name)?.choices ?? [];
  return choices.length === 0 || choices.includes(value)
    ? `'${value}'`
    : listed(choices.map((choice) => `'${choice}'`));
}

function numberSlip(bare: string, given: string, offset: number): Slip | undefined {
  // `min(1,200)` has two values.
  const before = bare.slice(0, offset);
  if (given.includes(',') && before.split('(').length > before.split(')').length) return undefined;
  // `8 and ...` is a number and a word.
  const whole = given.trimEnd();
  const right = respelled(whole);
  if (right === undefined || whole === right) return undefined;
  return { offset, message: `Expected a number or an amount such as \`2G\`, got \`${whole}\`; write \`${right}\`` };
}
