/** Reads option values. What they throw, commander prints with the option's name. */
import { InvalidArgumentError } from 'commander';
import {
  didYouMean,
  engineNames,
  nearestDevice,
  parseAmount,
  parseDevice,
  parseRedisAddress,
  trainerSpec,
  type EngineName,
  type RedisAddress,
} from '../../contract/index.ts';
import { familyNames } from '../../models/index.ts';

/** A positive amount: `500M`, `2G`, `1e12`. */
export function amount(text: string): number {
  const value = parseAmount(text);
  if (value === undefined || value <= 0)
    throw new InvalidArgumentError(`Expected an amount such as 500M, 2G or 1e12, got '${text}'.`);
  return value;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError(`Expected a whole number of at least 1, got '${text}'.`);
  }
  return value;
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError(`Expected a number above 0, got '${text}'.`);
  }
  return value;
}

export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError(`Expected a number from 0 to 1, got '${text}'.`);
  return value;
}

export function engine(text: string): EngineName {
  const name = engineNames.find((known) => known === text);
  if (name === undefined) throw new InvalidArgumentError(`Expected one of ${engineNames.join(', ')}, got '${text}'.`);
  return name;
}

/** The name of a family that is registered. */
export function family(text: string): string {
  const names = familyNames();
  if (names.includes(text)) return text;
  throw new InvalidArgumentError(`Expected one of ${names.join(', ')}, got '${text}'${didYouMean(text, names)}.`);
}

/** The name that a grid gives a trainer. */
export function trainerName(text: string): string {
  if (trainerSpec.shape.name.safeParse(text).success) return text;
  throw new InvalidArgumentError(
    `Expected a name of small letters, digits, dots and dashes; --allow-command NAME=PROGRAM says which program it is; got '${text}'.`,
  );
}

/** Not by commander's own error, which repeats what was given: a password may stand in it. @throws {ScalesweepError} USAGE */
export function redisAddress(text: string): RedisAddress {
  return parseRedisAddress(text);
}

/** `cpu`, or GPUs separated by commas: `cuda:0,cuda:1`. */
export function devices(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (parseDevice(name) !== undefined) continue;
    throw new InvalidArgumentError(
      `Expected devices such as cpu, cuda:0 or cuda:0,cuda:1 or webgpu:0, got '${name}': did you mean ${nearestDevice(name)}?`,
    );
  }
  return names;
}

/** One of a list of names. */
export function oneOf<T extends string>(names: readonly T[]): (text: string) => T {
  return (text) => {
    const name = names.find((known) => known === text);
    if (name === undefined) throw new InvalidArgumentError(`Expected one of ${names.join(', ')}, got '${text}'.`);
    return name;
  };
}

/** `a,b` as a list of names. */
export function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

/** The cell `width=1,depth=14,resolution=20,epochs=30`, in any order. */
export function cellName(text: string): Readonly<Record<(typeof CELL_AXES)[number], number>> {
  const given = new Map(text.split(',').map((part) => part.split('=').map((side) => side.trim()) as [string, string]));
  const values = CELL_AXES.map((axis) => [axis, Number(given.get(axis) || NaN)] as const);
  if (given.size !== CELL_AXES.length || values.some(([, value]) => !(value > 0))) {
    throw new InvalidArgumentError(
      `Expected a cell such as width=1,depth=14,resolution=20,epochs=30, each once and above 0, got '${text}'.`,
    );
  }
  return Object.fromEntries(values) as Record<(typeof CELL_AXES)[number], number>;
}

const CELL_AXES = ['width', 'depth', 'resolution', 'epochs'] as const;
