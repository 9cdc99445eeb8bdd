/**
 * Every setting of a trial that a grid can fix, put on an axis or state as a rule: its section in the file, its kind and
 * the values it takes. Read off the contract's schemas and the families, so that a setting added there is known here.
 */
import { z } from 'zod';
import { dataSpec, didYouMean, modelCore, parseAmount, recipeSpec } from '../../contract/index.ts';
import { families, trialSpec } from '../../models/index.ts';
import { listed, shown } from '../read/problems.ts';
import type { AxisValue } from '../cell.ts';

export type Kind = 'number' | 'boolean' | 'text';
export type Section = 'model' | 'data' | 'recipe';

export interface Field {
  readonly name: string;
  readonly kind: Kind;
  /** Where a fixed value is written; the scaling axes have none, they are written under `axes` only. */
  readonly section: Section | undefined;
  /** The texts that a `text` field takes. */
  readonly choices: readonly string[];
  readonly schema: z.ZodType;
}

function field(name: string, section: Section | undefined, schema: z.ZodType): Field {
  const choices = schema instanceof z.ZodEnum ? schema.options.map(String) : [];
  const kind: Kind = schema instanceof z.ZodBoolean ? 'boolean' : schema instanceof z.ZodEnum ? 'text' : 'number';
  return { name, section, schema, kind, choices };
}

const { width, depth, resolution } = modelCore.shape;
/** Of all families; a name means the same in each that has it. */
const MODEL_SETTINGS = new Map(
  families().flatMap(({ settings, settingNames }) => settingNames.map((name) => [name, settings[name]!] as const)),
);
const DATA_FIELDS = ['trainImages', 'minivalImages'] as const;

export type Fields = ReadonlyMap<string, Field>;

/** By name, in the order in which messages list them. */
export const FIELDS: Fields = new Map(
  [
    field('width', undefined, width),
    field('depth', undefined, depth),
    field('resolution', undefined, resolution),
    field('epochs', undefined, trialSpec.shape.epochs),
    field('family', 'model', z.enum(families().map(({ name }) => name))),
    ...[...MODEL_SETTINGS].map(([name, schema]) => field(name, 'model', schema)),
    ...DATA_FIELDS.map((name) => field(name, 'data', dataSpec.shape[name])),
    ...Object.entries(recipeSpec.shape).map(([name, schema]) => field(name, 'recipe', schema)),
  ].map((each) => [each.name, each]),
);

export const fieldsOf = (section: Section, fields: Fields = FIELDS): Field[] =>
  [...fields.values()].filter((each) => each.section === section);

export type Reading =
  { readonly ok: true; readonly value: AxisValue } | { readonly ok: false; readonly message: string };

/** Reads a literal: amounts become numbers, then the contract's own schema decides. */
export function readLiteral(field: Field, raw: unknown): Reading {
  const value = field.kind === 'number' && typeof raw === 'string' ? (parseAmount(raw) ?? raw) : raw;
  const checked = field.schema.safeParse(value);
  if (checked.success) return { ok: true, value: checked.data as AxisValue };
  const hint = typeof raw === 'string' ? didYouMean(raw, field.choices) : '';
  return { ok: false, message: `Expected \`${field.name}\` to be ${describe(field)}, got ${shown(raw)}${hint}` };
}

/** `an integer >= 1`, `one of cosine, step or constant`, `true or false`. */
export function describe(field: Field): string {
  if (field.kind === 'boolean') return 'true or false';
  if (field.kind === 'text') return field.choices.length === 0 ? 'a text' : listed(field.choices);
  if (!(field.schema instanceof z.ZodNumber)) return 'a number';
  const bounds: string[] = [];
  // JSON Schema is the public form in which zod states a number's bounds.
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = z.toJSONSchema(field.schema);
  if (minimum !== undefined) bounds.push(`>= ${minimum}`);
  if (exclusiveMinimum !== undefined) bounds.push(`> ${exclusiveMinimum}`);
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) bounds.push(`<= ${maximum}`);
  if (exclusiveMaximum !== undefined) bounds.push(`< ${exclusiveMaximum}`);
  return `${type === 'integer' ? 'an integer' : 'a number'} ${bounds.join(' and ')}`.trimEnd();
}
