/**
 * Reads an event of a trainer tolerantly: what decorates it must not cost a finished training. The schema of the protocol stays the one
 * truth; whatever it refuses is repaired where the meaning is plain, or left out where the field may be left out, and said.
 */
import type { z } from 'zod';
import { MOST_OWN, trainerEvent, type TrainerEvent } from './protocol.ts';

export interface Warning {
  /** Names the kind of fault: each is said once for an attempt. */
  readonly key: string;
  readonly text: string;
}

export type Reading =
  | { readonly event: TrainerEvent; readonly notFinite: string | undefined; readonly warnings: readonly Warning[] }
  | {
      readonly event: undefined;
      readonly type: string | undefined;
      readonly why: string;
      /** Whether it is a mistake that every later event repeats, so that the training ends at once. */
      readonly isRefused: boolean;
    };

type Json = Record<string, unknown>;

const SHAPES: ReadonlyMap<string, Readonly<Record<string, z.ZodType>>> = new Map(
  trainerEvent.options.map(({ shape }) => [shape.type.value, shape]),
);

/** Beyond 0 or 1 by rounding alone. */
const ROUNDING = 1e-6;
/** A field may need two repairs (a number written as text, and out of range), and a new issue may show after each. */
const ROUNDS = 4;
const MOST_TEXT = 1000;
const MOST_NAME = 100;
const NOT_FINITE = /^[-+]?(nan|inf(inity)?)$/i;

/** Fields whose NaN or infinity means a training that diverged; elsewhere it is a number that was not measured. */
function tellsOfDivergence(field: string): boolean {
  return field === 'loss' || /(Loss|Top1)$/.test(field);
}

export function isEventType(type: string): boolean {
  return SHAPES.has(type);
}

export function readLeniently(json: unknown): Reading {
  if (!isObject(json)) return refused(undefined, 'expected a JSON object', false);
  const { type } = json;
  if (typeof type !== 'string') return refused(undefined, 'expected a `type`', false);
  const shape = SHAPES.get(type);
  if (shape === undefined)
    return refused(type, `expected \`type\` to be one of ${[...SHAPES.keys()].join(', ')}`, false);
  const repair = new Repair(type, shape, json);
  for (let round = 0; round < ROUNDS; round++) {
    const parsed = trainerEvent.safeParse(repair.json);
    if (parsed.success) return { event: parsed.data, notFinite: repair.notFinite, warnings: repair.warnings };
    for (const issue of parsed.error.issues) {
      const why = repair.fix(issue);
      if (why !== undefined) return refused(type, why.text, why.isRefused);
    }
  }
  return refused(type, 'too many of its fields are of another form', false);
}

interface Refusal {
  readonly text: string;
  readonly isRefused: boolean;
}

class Repair {
  readonly warnings: Warning[] = [];
  notFinite: string | undefined;
  readonly json: Json;
  readonly #type: string;
  readonly #shape: Readonly<Record<string, z.ZodType>>;

  constructor(type: string, shape: Readonly<Record<string, z.ZodType>>, json: Json) {
    this.#type = type;
    this.#shape = shape;
    this.json = { ...json };
  }

  /** Repairs one field, or returns why that cannot be done. */
  fix(issue: z.core.$ZodIssue): Refusal | undefined {
    if (issue.code === 'unrecognized_keys') return this.#drop(issue.keys);
    const field = String(issue.path[0]);
    const value = this.json[field];
    if (field === 'metrics') return this.#numbers(value);
    if (field === 'environment') return this.#texts(value);
    if (field.endsWith('Top1') && typeof value === 'number') return this.#fraction(field, value);
    if (field === 'kind') return this.#put(field, 'crash', `the kind of failure ${shown(value)}, taken for \`crash\``);
    if (field === 'message') return this.#put(field, cut(textOf(value), 10_000), undefined);
    if (field === 'epoch' && typeof value === 'number' && value < 1)
      return { text: `expected epochs to be counted from 1, got epoch ${value}`, isRefused: true };
    if (field === 'step' && typeof value === 'number' && value >= 0)
      return this.#put(field, Math.floor(value), `the step ${value}, which is no whole number, rounded down`);
    if (typeof value === 'string' && NOT_FINITE.test(value.trim()) && tellsOfDivergence(field)) {
      this.notFinite ??= value;
      return this.#put(field, null, undefined);
    }
    if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
      return this.#put(field, Number(value), `\`${field}\` as text, taken for a number`);
    if (this.#isOptional(field)) {
      delete this.json[field];
      return this.#warn(
        `${this.#type} ${field}`,
        `\`${field}\` of \`${this.#type}\`, left out: ${shown(value)} is none`,
      );
    }
    return { text: `${field}: ${issue.message}`, isRefused: this.#type === 'hello' };
  }

  /** Neither too long nor anything but text: it explains, and decides nothing. */
  #texts(value: unknown): undefined {
    const entries = isObject(value) ? Object.entries(value) : [];
    this.json['environment'] = Object.fromEntries(
      entries.map(([name, each]) => [cut(name, MOST_NAME), cut(textOf(each), MOST_TEXT)]),
    );
    return isObject(value)
      ? undefined
      : this.#warn('environment', `an environment that is no object, ignored: ${shown(value)}`);
  }

  /** Those that are numbers: what is measured beside the protocol's own decides nothing. */
  #numbers(value: unknown): undefined {
    const given = isObject(value) ? Object.entries(value).filter(([, each]) => each !== null) : [];
    const numbers = given.map(([name, each]) => [cut(name, MOST_NAME), numberOf(each)] as const);
    const kept = numbers.filter((entry): entry is [string, number] => entry[1] !== undefined).slice(0, MOST_OWN);
    this.json['metrics'] = Object.fromEntries(kept);
    if (kept.length === given.length && isObject(value)) return undefined;
    const names = numbers.filter(([, each]) => each === undefined).map(([name]) => `\`${name}\``);
    const why = !isObject(value)
      ? `it is no object: ${shown(value)}`
      : names.length === 0
        ? `all beyond the first ${MOST_OWN}`
        : `no number in ${cut(names.join(', '), 200)}`;
    return this.#warn(`${this.#type} metrics`, `of \`metrics\` left out: ${why}`);
  }

  #fraction(field: string, value: number): Refusal | undefined {
    const nearest = Math.min(1, Math.max(0, value));
    if (Math.abs(value - nearest) <= ROUNDING)
      return this.#put(field, nearest, `\`${field}\` ${value}, taken for ${nearest}`);
    const hint = value > 1 && value <= 100 ? `: write ${value / 100} for ${value} %` : '';
    return { text: `expected \`${field}\` to be a fraction of 1, got ${value}${hint}`, isRefused: true };
  }

  #drop(keys: readonly string[]): undefined {
    for (const key of keys) delete this.json[key];
    const names = cut(keys.map((key) => `\`${key}\``).join(', '), 200);
    return this.#warn(
      `${this.#type} keys`,
      `fields of \`${this.#type}\` that the protocol does not have, ignored: ${names}`,
    );
  }

  #put(field: string, value: unknown, warning: string | undefined): undefined {
    this.json[field] = value;
    return warning === undefined ? undefined : this.#warn(`${this.#type} ${field}`, warning);
  }

  #warn(key: string, text: string): undefined {
    this.warnings.push({ key, text });
    return undefined;
  }

  #isOptional(field: string): boolean {
    return this.#shape[field]?.safeParse(undefined).success === true;
  }
}

function refused(type: string | undefined, why: string, isRefused: boolean): Reading {
  return { event: undefined, type, why, isRefused };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Also of a number that is written as text; none for `NaN` and its like. */
function numberOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
const shown = (value: unknown): string => cut(textOf(value), 80);
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 3)}...` : text);
