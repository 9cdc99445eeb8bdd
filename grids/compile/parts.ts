/** The smaller parts of a grid: blocks per stage, constraints, seeds, budgets. */
import { costAxes, parseAmount, type Budget } from '../../contract/index.ts';
import type { Check } from '../read/check.ts';
import type { CompiledAxes } from './axes.ts';
import { isOfFamilies, type GridFamily } from './families.ts';
import { compileExpression, COSTS } from './rules.ts';
import type { Fields, Kind } from '../schema/fields.ts';
import { listed, shown, type Path, type Place } from '../read/problems.ts';
import type { Constraint, GridProgram } from '../read/program.ts';

export function compileBlocks(raw: unknown, axes: CompiledAxes | undefined, check: Check): GridProgram['blocks'] {
  const path: Path = ['model', 'blocks'];
  if (raw === undefined || !check.isSound(path)) return () => undefined;
  if (Array.isArray(raw)) {
    const blocks = raw as readonly number[];
    const depths = axes?.values.get('depth') ?? [];
    if (depths.length > 1) {
      check.report(
        path,
        `Expected one depth beside a fixed list of blocks, or a table \`{by: depth, values: ...}\`, got ${depths.length} depths`,
        true,
      );
    }
    return () => blocks;
  }
  const rows = new Map<number, readonly number[]>();
  for (const [key, blocks] of Object.entries((raw as { values: Record<string, number[]> }).values)) {
    const depth = parseAmount(key);
    if (depth === undefined || !Number.isInteger(depth))
      check.report([...path, 'values', key], `Expected a depth, got ${shown(key)}`, true);
    else rows.set(depth, blocks);
  }
  return (cell) => rows.get(Number(cell['depth']));
}

/** What a constraint may name: every setting that a grid of these families can have, and every cost. */
const kindsOf = (families: readonly GridFamily[], fields: Fields): ReadonlyMap<string, Kind> =>
  new Map([
    ...[...fields.values()]
      .filter((field) => isOfFamilies(field, families))
      .map(({ name, kind }) => [name, kind] as const),
    ...COSTS.map((name) => [name, 'number'] as const),
  ]);

export function compileConstraints(
  raw: unknown,
  families: readonly GridFamily[],
  fields: Fields,
  check: Check,
  placeOf: (path: Path) => Place,
): Constraint[] {
  if (!Array.isArray(raw) || !check.isSoundHere(['constraints'])) return [];
  const found: Constraint[] = [];
  const kinds = kindsOf(families, fields);
  raw.forEach((text: unknown, index) => {
    const path: Path = ['constraints', index];
    if (typeof text !== 'string' || !check.isSound(path)) return;
    const expression = compileExpression(text, path, kinds, check);
    if (expression === undefined) return;
    if (expression.kind !== 'boolean')
      check.report(path, `Expected a condition such as \`flops <= 2G\`, got ${shown(text)}`);
    else if (expression.names.size === 0)
      check.report(path, `Expected a condition over an axis, a setting or a cost, got ${shown(text)}`);
    else if (found.some((other) => other.text === text))
      check.report(path, `Expected every constraint once, got ${shown(text)} a second time`);
    else
      found.push({ ...expression, place: placeOf(path), needsCost: COSTS.some((cost) => expression.names.has(cost)) });
  });
  return found;
}

export function compileSeeds(raw: unknown, check: Check): readonly number[] {
  if (raw === undefined) return [0];
  if (typeof raw === 'number') return Array.from({ length: raw }, (_, seed) => seed);
  const seeds = new Set<number>();
  (Array.isArray(raw) && check.isSound(['seeds']) ? (raw as number[]) : []).forEach((seed, index) => {
    if (seeds.has(seed)) check.report(['seeds', index], `Expected distinct seeds, got ${seed} a second time`);
    seeds.add(seed);
  });
  return [...seeds];
}

/** In the order of the file. */
export function compileBudgets(raw: unknown, check: Check): readonly Budget[] {
  if (!Array.isArray(raw)) return [];
  const found: Budget[] = [];
  raw.forEach((budget: unknown, index) => {
    const axis = costAxes.find((name) => typeof budget === 'object' && budget !== null && name in budget);
    if (!check.isSound(['budgets', index])) return;
    const given = Object.keys(budget as object);
    if (axis === undefined || given.length > 1) {
      check.report(
        ['budgets', index],
        `Expected one of ${listed(costAxes)} in a budget, got ${given.length === 0 ? 'none' : given.join(' and ')}`,
      );
      return;
    }
    const written = (budget as Record<string, unknown>)[axis];
    const limit = typeof written === 'string' ? parseAmount(written) : Number(written);
    if (limit === undefined || !(limit > 0))
      check.report(
        ['budgets', index, axis],
        `Expected a budget to be an amount > 0 such as \`2G\`, got ${shown(written)}`,
      );
    else if (found.some((other) => other[axis] === limit)) {
      check.report(['budgets', index], `Expected distinct budgets, got ${axis} ${shown(written)} a second time`);
    } else found.push({ [axis]: limit });
  });
  return found;
}
