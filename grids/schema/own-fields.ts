/** The settings of a grid whose networks only the user's trainer knows: any family, any depth, and what stands under `params`. */
import { ownModel, ownValue } from '../../contract/index.ts';
import { familyNames } from '../../models/index.ts';
import { FIELDS, type Field, type Fields, type Kind } from './fields.ts';

/** Before the name of a trainer's own setting, on an axis, in an expression and among arguments. */
export const OWN_PREFIX = 'params.';

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

/** Every value that a file gives to each key of its axes, in any part of them. */
function axisValues(axes: unknown, into = new Map<string, unknown[]>()): ReadonlyMap<string, readonly unknown[]> {
  if (!isMapping(axes)) return into;
  for (const [key, value] of Object.entries(axes)) {
    if (key === 'product' || key === 'list' || key === 'zip') for (const part of listOf(value)) axisValues(part, into);
    else into.set(key, [...(into.get(key) ?? []), ...listOf(value)]);
  }
  return into;
}

/** The trainer's own settings that a file names, on axes and under `params`; their kind is that of their values. */
export function ownSettingsOf(raw: unknown): readonly Field[] {
  if (!isMapping(raw)) return [];
  const values = new Map([...axisValues(raw['axes'])].filter(([name]) => name.startsWith(OWN_PREFIX)));
  for (const [key, value] of Object.entries(isMapping(raw['params']) ? raw['params'] : {}))
    values.set(OWN_PREFIX + key, [...(values.get(OWN_PREFIX + key) ?? []), value]);
  return [...values].map(([name, given]) => ownField(name, given));
}

function ownField(name: string, given: readonly unknown[]): Field {
  const isAll = (type: string): boolean => given.every((value) => typeof value === type);
  const kind: Kind = isAll('number') ? 'number' : isAll('boolean') ? 'boolean' : 'text';
  const choices = kind === 'text' ? [...new Set(given.map(String))] : [];
  return { name, kind, section: undefined, choices, schema: ownValue };
}

/** Whether the networks of a file are its trainer's: the trainer prints their cost, and they are of no family of this program. */
export function hasOwnNetworks(raw: unknown): boolean {
  if (!isMapping(raw) || !isMapping(raw['engine']) || raw['engine']['ownCost'] !== true) return false;
  if (raw['params'] !== undefined || ownSettingsOf(raw).length > 0) return true;
  const family = isMapping(raw['model']) ? raw['model']['family'] : undefined;
  const named = [family, ...(axisValues(raw['axes']).get('family') ?? [])];
  return named.some((name) => typeof name === 'string' && !familyNames().includes(name));
}

/** The settings that a file can have. */
export function fieldsFor(raw: unknown): Fields {
  const own = ownSettingsOf(raw).map((field) => [field.name, field] as const);
  if (!hasOwnNetworks(raw)) return own.length === 0 ? FIELDS : new Map([...FIELDS, ...own]);
  const { family, depth } = ownModel.shape;
  return new Map([
    ...FIELDS,
    ['depth', { ...FIELDS.get('depth')!, schema: depth }],
    ['family', { ...FIELDS.get('family')!, choices: [], schema: family }],
    ...own,
  ]);
}
