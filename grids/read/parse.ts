/** From a grid file to a grid: text, values, form, meaning, and a first look at the cells. */
import path from 'node:path';
import { contentHash, parseAmount } from '../../contract/index.ts';
import { Check } from './check.ts';
import { compile } from '../compile/compile.ts';
import { compileBudgets } from '../compile/parts.ts';
import { fieldsFor } from '../schema/own-fields.ts';
import type { Fields } from '../schema/fields.ts';
import { textWithFacts, withFacts, type NamedFacts } from './own-data.ts';
import { problemsOf } from './issues.ts';
import type { GridProgram } from './program.ts';
import { readGridFile } from './read-file.ts';
import { gridSchemaWith } from '../schema/schema.ts';
import { TRIED_WHEN_READ, tryCells } from '../plan/try-cells.ts';
import type { Grid } from '../grid.ts';
import { readYaml } from './yaml-source.ts';

/** @throws {ScalesweepError} `GRID_INVALID`: the file cannot be read, or is no valid grid (then a {@link GridError}). */
export function loadGrid(file: string): Grid {
  return parseGrid(readGridFile(file), file);
}

/**
 * @param fileName stands in messages, and names the grid.
 * @param known of the grid's dataset: what the text leaves out is taken from it.
 * @throws {GridError} with every problem of the text and its place.
 */
export function parseGrid(text: string, fileName: string, known?: NamedFacts): Grid {
  const source = readYaml(text, fileName);
  const value = withFacts(source.value, known);
  const fields = fieldsFor(value);
  const form = gridSchemaWith(fields).safeParse(value);
  const check = new Check(source, form.success ? [] : problemsOf(form.error.issues, source));
  if (!check.isSoundHere([])) throw check.error(fileName);
  const raw = value as Readonly<Record<string, unknown>>;
  const budgets = compileBudgets(raw['budgets'], check);
  const program = compile(raw, fileName, check, source.placeOf, fields);
  if (program === undefined || !form.success || check.count() > 0) throw check.error(fileName);
  tryCells(program, 0, TRIED_WHEN_READ);
  return {
    name: path.basename(fileName, path.extname(fileName)),
    file: fileName,
    text: known === undefined || value === source.value ? text : textWithFacts(text, known),
    hash: hashOf(program, raw, fields),
    question: form.data.question,
    command: form.data.command,
    cost: form.data.cost,
    budgets,
    engine: program.engine.name,
    trainer: program.engine.trainer,
    ownCost: hasOwnCost(raw),
    seeds: program.seeds,
    axes: Object.fromEntries(program.axisValues),
    notes: program.notes,
    constraints: program.constraints.map((constraint) => constraint.text),
    cellCount: program.space.size,
    program,
  };
}

function hashOf(program: GridProgram, raw: Readonly<Record<string, unknown>>, fields: Fields): string {
  const { base, data, engine, seeds } = program;
  const { identity, images, classes, channels, name } = data;
  return contentHash({
    base: base[program.fixed['family'] as keyof typeof base] ?? base,
    sections: [raw['model'], raw['data'], raw['recipe'], raw['constraints']].map(plain),
    // A list of pairs: the order of the axes is the order of the trials.
    axes: inOrder(raw['axes'], fields),
    data: { identity, images, classes, channels, name },
    engine,
    ...(hasOwnCost(raw) ? { ownCost: true } : {}),
    seeds,
  });
}

function hasOwnCost({ engine }: Readonly<Record<string, unknown>>): boolean {
  return typeof engine === 'object' && engine !== null && 'ownCost' in engine && engine.ownCost === true;
}

/** Numbers however they were spelled, and expressions without their outer spaces. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return parseAmount(value) ?? value.trim();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  return value ?? null;
}

/** `width: 1` and `width: [1]` are the same axis. */
function inOrder(value: unknown, fields: Fields): unknown {
  if (Array.isArray(value)) return value.map((inner) => inOrder(inner, fields));
  if (typeof value !== 'object' || value === null) return plain(value);
  return Object.entries(value).map(([key, inner]) => [
    key,
    inOrder(fields.has(key) && !Array.isArray(inner) ? [inner] : inner, fields),
  ]);
}
