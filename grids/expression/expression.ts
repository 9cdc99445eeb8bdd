/**
 * Expressions of a grid file: constraints (`flops <= 2G`) and rules (`width <= 0.25 ? 0 : 0.1`). The language is defined here: numbers, amounts, texts, true and false, names, arithmetic, comparisons, && || !, ?: and a few functions.
 * Everything is typed before anything runs, so a misspelt name or a comparison of unlike things is found when the file is read.
 */
import type jsep from 'jsep';
import { didYouMean, isSameValue } from '../../contract/index.ts';
import { ExpressionError, offsetOf, syntaxTree } from './expression-syntax.ts';
import { slipOf } from './expression-slips.ts';
import type { Kind } from '../schema/fields.ts';
import { listed, someOf } from '../read/problems.ts';
import type { AxisValue } from '../cell.ts';

/** The values of all names that an expression uses. */
export type Scope = Readonly<Record<string, AxisValue>>;
type Evaluate = (scope: Scope) => AxisValue;

export interface Expression {
  readonly text: string;
  readonly kind: Kind;
  /** The names it uses. */
  readonly names: ReadonlySet<string>;
  readonly evaluate: Evaluate;
}

interface Typed {
  readonly kind: Kind;
  readonly evaluate: Evaluate;
}

/**
 * @param kinds the names that may be used, and what they stand for.
 * @throws {ExpressionError} on a syntax error, an unknown name, a wrong type, or anything that is not in the language.
 */
export function parseExpression(text: string, kinds: ReadonlyMap<string, Kind>): Expression {
  const names = new Set<string>();
  try {
    const { kind, evaluate } = compile(syntaxTree(text), { kinds, names });
    return { text, kind, names, evaluate };
  } catch (error) {
    throw error instanceof ExpressionError ? (slipOf(text, kinds) ?? error) : error;
  }
}

interface Context {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly names: Set<string>;
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
};

const ORDER: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const FUNCTIONS: Readonly<Record<string, { least: number; most: number; call: (...values: number[]) => number }>> = {
  min: { least: 1, most: Infinity, call: Math.min },
  max: { least: 1, most: Infinity, call: Math.max },
  floor: { least: 1, most: 1, call: Math.floor },
  ceil: { least: 1, most: 1, call: Math.ceil },
  round: { least: 1, most: 1, call: Math.round },
  log2: { least: 1, most: 1, call: Math.log2 },
  sqrt: { least: 1, most: 1, call: Math.sqrt },
  abs: { least: 1, most: 1, call: Math.abs },
};

function compile(node: jsep.Expression, context: Context): Typed {
  const core = node as jsep.CoreExpression;
  switch (core.type) {
    case 'Literal': {
      const { value } = core;
      if (typeof value === 'number') return { kind: 'number', evaluate: () => value };
      if (typeof value === 'boolean') return { kind: 'boolean', evaluate: () => value };
      if (typeof value === 'string') return { kind: 'text', evaluate: () => value };
      throw refused(node, `\`${core.raw}\``);
    }
    case 'Identifier':
      return compileName(core, context);
    case 'UnaryExpression':
      return compileUnary(core, context);
    case 'BinaryExpression':
      return compileBinary(core, context);
    case 'ConditionalExpression':
      return compileConditional(core, context);
    case 'CallExpression':
      return compileCall(core, context);
    case 'MemberExpression': {
      const own = ownName(core);
      if (own !== undefined) return compileName({ ...core.object, type: 'Identifier', name: own }, context);
      throw refused(core.object, 'a name with a part (a dot or a bracket)');
    }
    case 'ThisExpression':
    case 'ArrayExpression':
    case 'SequenceExpression':
    case 'Compound':
      throw refused(node, 'a list');
  }
}

/** `params.expansion`: a setting of the trainer's own. */
function ownName({ object, property, computed }: jsep.MemberExpression): string | undefined {
  const { name } = property as jsep.Identifier;
  return !computed && object['name'] === 'params' && property.type === 'Identifier' ? `params.${name}` : undefined;
}

function compileName(node: jsep.Identifier, { kinds, names }: Context): Typed {
  const { name } = node;
  const kind = kinds.get(name);
  if (kind === undefined) {
    const known = [...kinds.keys()];
    const hint = didYouMean(name, known);
    throw new ExpressionError(
      `Expected ${hint === '' ? `a name among ${someOf(known)}` : 'a known name'}, got \`${name}\`${hint}`,
      offsetOf(node),
      name,
    );
  }
  names.add(name);
  return { kind, evaluate: (scope) => scope[name]! };
}

function compileUnary(node: jsep.UnaryExpression, context: Context): Typed {
  const inner = compile(node.argument, context);
  switch (node.operator) {
    case '-':
      expectKind(inner, 'number', node.argument, 'after `-`');
      return { kind: 'number', evaluate: (scope) => -(inner.evaluate(scope) as number) };
    case '!':
      expectKind(inner, 'boolean', node.argument, 'after `!`');
      return { kind: 'boolean', evaluate: (scope) => inner.evaluate(scope) === false };
    default:
      throw refused(node, `the operator \`${node.operator}\``);
  }
}

function compileBinary(node: jsep.BinaryExpression, context: Context): Typed {
  const { operator } = node;
  const a = compile(node.left, context);
  const b = compile(node.right, context);
  const arithmetic = ARITHMETIC[operator];
  const order = ORDER[operator];
  if (
    order !== undefined &&
    node.left.type === 'BinaryExpression' &&
    Object.hasOwn(ORDER, (node.left as jsep.BinaryExpression).operator)
  )
    throw new ExpressionError(
      'Expected one comparison at a time, got two in a row; write `a < b && b < c`',
      offsetOf(node.left),
    );
  const expectBoth = (kind: Kind): void => {
    expectKind(a, kind, node.left, `before \`${operator}\``);
    expectKind(b, kind, node.right, `after \`${operator}\``);
  };
  if (arithmetic !== undefined) {
    expectBoth('number');
    return {
      kind: 'number',
      evaluate: (scope) => arithmetic(a.evaluate(scope) as number, b.evaluate(scope) as number),
    };
  }
  if (order !== undefined) {
    expectBoth('number');
    return { kind: 'boolean', evaluate: (scope) => order(a.evaluate(scope) as number, b.evaluate(scope) as number) };
  }
  switch (operator) {
    case '==':
      expectKind(b, a.kind, node.right, 'after `==`');
      return { kind: 'boolean', evaluate: (scope) => isEqual(a.evaluate(scope), b.evaluate(scope)) };
    case '!=':
      expectKind(b, a.kind, node.right, 'after `!=`');
      return { kind: 'boolean', evaluate: (scope) => !isEqual(a.evaluate(scope), b.evaluate(scope)) };
    case '&&':
      expectBoth('boolean');
      return { kind: 'boolean', evaluate: (scope) => a.evaluate(scope) === true && b.evaluate(scope) === true };
    case '||':
      expectBoth('boolean');
      return { kind: 'boolean', evaluate: (scope) => a.evaluate(scope) === true || b.evaluate(scope) === true };
    default:
      throw refused(node.left, `the operator \`${operator}\``);
  }
}

/** Numbers within 1e-9 of each other are equal, as on an axis: 0.1 + 0.2 is 0.3. */
function isEqual(a: AxisValue, b: AxisValue): boolean {
  return typeof a === 'number' && typeof b === 'number' ? isSameValue(a, b) : a === b;
}

function compileConditional(node: jsep.ConditionalExpression, context: Context): Typed {
  const test = compile(node.test, context);
  const yes = compile(node.consequent, context);
  const no = compile(node.alternate, context);
  expectKind(test, 'boolean', node.test, 'before `?`');
  expectKind(no, yes.kind, node.alternate, 'after `:`, as before it');
  return {
    kind: yes.kind,
    evaluate: (scope) => (test.evaluate(scope) === true ? yes.evaluate(scope) : no.evaluate(scope)),
  };
}

function compileCall(node: jsep.CallExpression, context: Context): Typed {
  const name = node.callee.type === 'Identifier' ? (node.callee as jsep.Identifier).name : '';
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (known === undefined) {
    const names = Object.keys(FUNCTIONS);
    throw new ExpressionError(
      `Expected a function among ${listed(names)}, got \`${name || 'another call'}\`${didYouMean(name, names)}`,
      offsetOf(node.callee),
    );
  }
  const count = node.arguments.length;
  if (count < known.least || count > known.most) {
    throw new ExpressionError(
      `Expected \`${name}\` with ${known.most === 1 ? 'one value' : 'one value or more'}, got ${count}`,
      offsetOf(node.callee),
    );
  }
  const values = node.arguments.map((argument) => {
    const typed = compile(argument, context);
    expectKind(typed, 'number', argument, `in \`${name}\``);
    return typed;
  });
  return { kind: 'number', evaluate: (scope) => known.call(...values.map((value) => value.evaluate(scope) as number)) };
}

const KIND_NAMES: Readonly<Record<Kind, string>> = { number: 'a number', boolean: 'a condition', text: 'a text' };

function expectKind(typed: Typed, kind: Kind, node: jsep.Expression, where: string): void {
  if (typed.kind !== kind)
    throw new ExpressionError(`Expected ${KIND_NAMES[kind]} ${where}, got ${KIND_NAMES[typed.kind]}`, offsetOf(node));
}

function refused(node: jsep.Expression, what: string): ExpressionError {
  return new ExpressionError(
    `Expected numbers, names, arithmetic, comparisons, && || !, ?: and functions only, got ${what}`,
    offsetOf(node),
  );
}
