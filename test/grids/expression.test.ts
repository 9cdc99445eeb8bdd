import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../grids/expression/expression-syntax.ts';
import { parseExpression } from '../../grids/expression/expression.ts';
import type { Kind } from '../../grids/schema/fields.ts';

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['width', 'number'],
  ['depth', 'number'],
  ['crop', 'text'],
  ['flip', 'boolean'],
]);
const SCOPE = { width: 0.5, depth: 14, crop: 'pad', flip: true };

const value = (text: string): unknown => parseExpression(text, KINDS).evaluate(SCOPE);

describe('an expression', () => {
  it.each([
    ['width * depth + 1', 8],
    ['1 + 2 * 3 ** 2', 19],
    ['-(depth % 4)', -2],
    ['2G / 1k', 2e6],
    ['1.5e3', 1500],
    ['.5M', 500_000],
    ['width<1', true],
    ['depth >= 14 && width > 0.5', false],
    ['depth >= 14 || width > 0.5', true],
    ['!(width == 0.5)', false],
    ['crop == "pad" && flip', true],
    ["crop != 'pad'", false],
    ['width <= 0.25 ? 0 : width <= 0.5 ? 0.1 : 0.25', 0.1],
    ["flip ? 'a' : 'b'", 'a'],
    ['min(3, 1, 2) + max(3, 1, 2)', 4],
    ['floor(1.7) + ceil(1.2) + round(1.5)', 5],
    ['log2(8) + sqrt(16) + abs(-1)', 8],
    ['flip == true', true],
    ['0.1 + 0.2 == 0.3', true],
    ['0.1 + 0.2 != 0.3', false],
  ])('%s', (text, expected) => expect(value(text)).toBe(expected));

  it('knows the names that it uses', () => {
    expect([...parseExpression('width > 1 ? 0 : depth', KINDS).names]).toEqual(['width', 'depth']);
  });

  it.each([
    ['widht < 1', 0, /did you mean `width`/],
    ['width < dpeth', 8, /did you mean `depth`/],
    ['toString', 0, /Expected a name among/],
    ['width.constructor', 0, /a name with a part/],
    ['width["constructor"]', 0, /a name with a part/],
    ["'a'.length", 0, /a name with a part/],
    ['process("x")', 0, /Expected a function among/],
    ['constructor(1)', 0, /Expected a function among/],
    ['min.call(1)', 0, /Expected a function among/],
    ['flor(1)', 0, /did you mean `floor`/],
    ['floor(1, 2)', 0, /with one value, got 2/],
    ['min()', 0, /one value or more, got 0/],
    ['max(flip)', 4, /Expected a number in `max`, got a condition/],
    ['width + flip', 8, /Expected a number after `\+`, got a condition/],
    ['1 < width < 2', 0, /one comparison at a time.*`a < b && b < c`/],
    ['crop == 1', 8, /Expected a text after `==`, got a number/],
    ['width && flip', 0, /Expected a condition before `&&`/],
    ['width ? 1 : 2', 0, /Expected a condition before `\?`/],
    ['flip ? 1 : true', 11, /Expected a number after `:`/],
    ['width & 1', 6, /Expected `&&`, got `&`/],
    ['width === 1', 6, /Expected `==`, got `===`/],
    ['flip ?? true', 0, /the operator/],
    ['~width', 1, /the operator `~`/],
    ['this', 0, /Expected a name among/],
    ['null', 0, /Expected a name among/],
    ['[1, 2]', 0, /got a list/],
    ['1, 2', 3, /Expected an operator .* here, got `2`/],
    ['', 0, /Expected an expression, got nothing/],
    ['width <', 7, /Expected a value after `<`, got the end/],
    ['(width', 6, /Expected a closing `\)`/],
    ['2X', 0, /an amount such as/],
    ['width <= 2GG', 9, /an amount such as/],
    ['1 +'.repeat(200), 0, /at most 500 characters/],
  ])('refuses %j', (text, offset, message) => {
    let error: unknown;
    try {
      parseExpression(text, KINDS);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ExpressionError);
    expect((error as ExpressionError).message).toMatch(message);
    expect((error as ExpressionError).offset).toBe(offset);
  });
});
