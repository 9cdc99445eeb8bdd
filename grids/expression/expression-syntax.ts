/** The syntax of expressions, by jsep: a tree whose tokens know their offset in the text. */
import jsep from 'jsep';
import { messageOf, parseAmount } from '../../contract/index.ts';

/** A mistake in an expression, at an offset of its text. */
export class ExpressionError extends Error {
  readonly offset: number;
  /** The unknown name, where that is the mistake. */
  readonly unknown: string | undefined;

  constructor(message: string, offset: number, unknown?: string) {
    super(message);
    this.name = 'ExpressionError';
    this.offset = offset;
    this.unknown = unknown;
  }
}

const AMOUNT = /(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[A-Za-z]*/y;
const NAME = /[A-Za-z_$][\w$]*/y;

function matchAt(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

// jsep knows neither amounts nor positions: this hook reads numbers with their suffix, and notes where every token begins.
function gobbleWithOffset(this: jsep.HookScope, env: { node?: jsep.Expression }): void {
  const offset = this.index;
  const number = matchAt(AMOUNT, this.expr, offset);
  const name = matchAt(NAME, this.expr, offset);
  if (number !== undefined) {
    const value = parseAmount(number);
    if (value === undefined)
      throw new ExpressionError(`Expected a number or an amount such as \`2G\`, got \`${number}\``, offset);
    this.index += number.length;
    env.node = { type: 'Literal', value, raw: number, offset };
  } else if (name === 'true' || name === 'false') {
    this.index += name.length;
    env.node = { type: 'Literal', value: name === 'true', raw: name, offset };
  } else if (name !== undefined) {
    this.index += name.length;
    env.node = this.gobbleTokenProperty({ type: 'Identifier', name, offset });
  } else if (this.char === "'" || this.char === '"') {
    const text = this.gobbleStringLiteral();
    if (text !== undefined) env.node = this.gobbleTokenProperty({ ...text, offset });
  }
}
// Set and not added: jsep outlives this module where it is loaded again.
Object.assign(jsep.hooks, { 'gobble-token': [gobbleWithOffset] });

/** A longer expression is no rule any more; the limit also keeps the recursion over its tree shallow. */
const MAX_LENGTH = 500;

/** @throws {ExpressionError} unless the text is one whole expression. */
export function syntaxTree(text: string): jsep.CoreExpression {
  if (text.length > MAX_LENGTH)
    throw new ExpressionError(`Expected an expression of at most ${MAX_LENGTH} characters, got ${text.length}`, 0);
  let tree: jsep.CoreExpression;
  try {
    tree = jsep(text) as jsep.CoreExpression;
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    const index = error instanceof Error && 'index' in error && typeof error.index === 'number' ? error.index : 0;
    const offset = Math.min(index, text.length);
    throw new ExpressionError(inOurWords(messageOf(error), text.slice(offset).trim()), offset);
  }
  if (tree.type === 'Compound') {
    const next = tree.body[1];
    if (next === undefined) throw new ExpressionError('Expected an expression, got nothing', 0);
    const offset = offsetOf(next);
    throw new ExpressionError(
      `Expected an operator such as \`*\`, \`<\` or \`&&\` here, got ${restOf(text.slice(offset))}`,
      offset,
    );
  }
  return tree;
}

const restOf = (text: string): string =>
  text === '' ? 'the end' : `\`${text.length > 30 ? `${text.slice(0, 27)}...` : text}\``;

/** What jsep found wrong, without its terms. */
function inOurWords(reason: string, rest: string): string {
  const [, after] = /^Expected expression after (\S+)/.exec(reason) ?? [];
  if (after !== undefined) return `Expected a value after \`${after}\`, got ${restOf(rest)}`;
  if (reason.startsWith('Unclosed quote')) return 'Expected a closing quote, got the end of the expression';
  if (reason.startsWith('Unclosed (')) return 'Expected a closing `)`, got the end of the expression';
  if (reason.startsWith('Unexpected ")"')) return 'Expected an opening `(` for every `)`, got one `)` more';
  return `Expected numbers, names and operators such as \`*\`, \`<\` or \`&&\` between them, got ${restOf(rest)}`;
}

/** Where the leftmost token of a tree begins. */
export function offsetOf(node: jsep.Expression): number {
  const core = node as jsep.CoreExpression;
  switch (core.type) {
    case 'Identifier':
    case 'Literal':
      return typeof node['offset'] === 'number' ? node['offset'] : 0;
    case 'BinaryExpression':
      return offsetOf(core.left);
    case 'ConditionalExpression':
      return offsetOf(core.test);
    case 'UnaryExpression':
      return offsetOf(core.argument);
    case 'CallExpression':
      return offsetOf(core.callee);
    case 'MemberExpression':
      return offsetOf(core.object);
    case 'ThisExpression':
    case 'ArrayExpression':
    case 'SequenceExpression':
    case 'Compound':
      return 0;
  }
}
