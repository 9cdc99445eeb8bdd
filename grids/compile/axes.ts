/** From the `axes` of a file to the space of its cells. */
import { AxisNumbers, canonicalJson, scalingAxes } from '../../contract/index.ts';
import type { Check } from '../read/check.ts';
import { readLiteral, type Field, type Fields } from '../schema/fields.ts';
import { listed, shown, type Path } from '../read/problems.ts';
import { axisSpace, listSpace, productSpace, zipSpace, type Assignment, type Space } from '../plan/space.ts';
import type { AxisValue } from '../cell.ts';

/** Ten times the biggest grid that is meant to work: a mistake by a factor of a thousand is an error and not an endless plan. */
export const MAX_TRIALS = 10_000_000;

export interface CompiledAxes {
  readonly space: Space;
  /** Distinct values of every axis, in the order they are written. */
  readonly values: ReadonlyMap<string, readonly AxisValue[]>;
  /** Values that were taken for others, in sentences. */
  readonly notes: readonly string[];
}

interface Values {
  readonly distinct: Set<AxisValue>;
  /** 0.3 and 0.30000000000000004 are one value, also in two parts of a list. */
  readonly numbers: AxisNumbers;
  readonly notes: Set<string>;
}

type AxisValues = Map<string, Values>;

/** Whether a part of the axes, as they are written, names this one. */
export function isNamed(raw: unknown, name: string): boolean {
  if (typeof raw !== 'object' || raw === null) return false;
  return (!Array.isArray(raw) && name in raw) || Object.values(raw).some((inner) => isNamed(inner, name));
}

/** `undefined` when a problem was reported. */
export function compileAxes(raw: unknown, check: Check, fields: Fields): CompiledAxes | undefined {
  const values: AxisValues = new Map();
  const space = compileSpace(raw, ['axes'], check, values, fields);
  const isSound = check.isSound(['axes']);
  // One that was reported, as misspelt or in the wrong place, is not missing as well; of axes with a problem, those that are nowhere are.
  const missing = scalingAxes
    .filter((name) => !space.always.has(name) && (isSound || !isNamed(raw, name)) && !check.isMeant(name))
    .map((name) => `\`${name}\``);
  if (missing.length > 0)
    check.report(
      ['axes'],
      `Expected every cell to have ${missing.join(', ')} (one value is enough), got cells without`,
      true,
    );
  if (space.size > MAX_TRIALS)
    check.report(['axes'], `Expected at most ${MAX_TRIALS / 1e6} million cells, got ${space.size}`, true);
  if (!check.isSound(['axes'])) return undefined;
  return {
    space,
    values: new Map([...values].map(([name, { distinct }]) => [name, [...distinct]])),
    notes: [...values.values()].flatMap(({ notes }) => [...notes]),
  };
}

function compileSpace(raw: unknown, path: Path, check: Check, values: AxisValues, fields: Fields): Space {
  const parts: { path: Path; space: Space }[] = [];
  for (const [key, inner] of Object.entries((raw ?? {}) as Record<string, unknown>)) {
    const here = [...path, key];
    if (!check.isSoundHere(here)) continue;
    const field = fields.get(key);
    if (field !== undefined) {
      parts.push({ path: here, space: axisSpace(key, readValues(field, inner, here, check, values, true)) });
    } else if (key === 'zip') {
      parts.push({ path: here, space: compileZip(inner as Record<string, unknown>, here, check, values, fields) });
    } else if (key === 'list') {
      parts.push({ path: here, space: compileList(inner as unknown[], here, check, values, fields) });
    } else if (key === 'product') {
      (inner as unknown[]).forEach((part, index) => {
        parts.push({ path: [...here, index], space: compileSpace(part, [...here, index], check, values, fields) });
      });
    }
  }
  refuseTwice(parts, check);
  return productSpace(parts.map((part) => part.space));
}

function refuseTwice(parts: readonly { path: Path; space: Space }[], check: Check): void {
  const seen = new Set<string>();
  for (const { path, space } of parts) {
    for (const name of space.names) {
      if (seen.has(name))
        check.report(path, `Expected every axis once in a product, got \`${name}\` a second time`, true);
      seen.add(name);
    }
  }
}

function readValues(
  field: Field,
  raw: unknown,
  path: Path,
  check: Check,
  values: AxisValues,
  distinct: boolean,
): AxisValue[] {
  const found: AxisValue[] = [];
  const seen = new Set<AxisValue>();
  const { name } = field;
  const known = values.get(name) ?? { distinct: new Set(), numbers: new AxisNumbers(), notes: new Set() };
  values.set(name, known);
  (Array.isArray(raw) ? raw : [raw]).forEach((item: unknown, index) => {
    const here = Array.isArray(raw) ? [...path, index] : path;
    if (!check.isSound(here)) return;
    const reading = readLiteral(field, item);
    if (!reading.ok) {
      check.report(here, reading.message);
      return;
    }
    const given = reading.value;
    const value = typeof given === 'number' ? known.numbers.settle(given) : given;
    if (value !== given)
      known.notes.add(
        `${name} ${shown(given)} is taken for ${shown(value)}: values within 1e-9 of each other are one.`,
      );
    if (distinct && seen.has(value)) {
      if (value === given)
        check.report(here, `Expected distinct values on axis \`${name}\`, got ${shown(given)} a second time`);
      return;
    }
    found.push(value);
    seen.add(value);
    known.distinct.add(value);
  });
  return found;
}

function compileZip(raw: Record<string, unknown>, path: Path, check: Check, values: AxisValues, fields: Fields): Space {
  const columns = new Map<string, AxisValue[]>();
  for (const [name, inner] of Object.entries(raw)) {
    const field = fields.get(name);
    if (field !== undefined) columns.set(name, readValues(field, inner, [...path, name], check, values, false));
  }
  const lengths = new Set([...columns.values()].map((column) => column.length));
  if (columns.size === 0) check.report(path, 'Expected at least one axis in `zip`, got none');
  if (!check.isSound(path)) return zipSpace(new Map());
  if (lengths.size > 1) {
    const given = [...columns].map(([name, column]) => `${column.length} of \`${name}\``);
    check.report(
      path,
      `Expected equally many values on every axis of \`zip\`, got ${listed(given).replace(' or ', ' and ')}`,
    );
    return zipSpace(new Map());
  }
  const space = zipSpace(columns);
  const rows = new Set<string>();
  for (let index = 0; index < space.size; index++) {
    const row = rowOf(space, index);
    if (rows.has(row)) {
      const [name] = columns.keys();
      check.report([...path, name!, index], `Expected distinct combinations in \`zip\`, got ${row} a second time`);
    }
    rows.add(row);
  }
  return space;
}

function compileList(raw: readonly unknown[], path: Path, check: Check, values: AxisValues, fields: Fields): Space {
  const parts = raw.map((part, index) => compileSpace(part, [...path, index], check, values, fields));
  const cells = new Set<string>();
  parts.forEach((part, index) => {
    if (part.size !== 1) return;
    const cell = rowOf(part, 0);
    if (cells.has(cell))
      check.report([...path, index], `Expected distinct cells in \`list\`, got ${cell} a second time`);
    cells.add(cell);
  });
  return listSpace(parts);
}

function rowOf(space: Space, index: number): string {
  const row: Assignment = {};
  space.assign(index, row);
  return canonicalJson(row);
}
