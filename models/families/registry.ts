/**
 * The families of networks. A family is all networks that are one function of width, depth, resolution and settings of its
 * own; each is defined in a folder beside this file and registered where it is defined. The schema of a spec, the grid's
 * settings, the command line, the documentation and calibration are derived from what is registered.
 */
import { z } from 'zod';
import {
  dataSpec,
  didYouMean,
  modelCore,
  recipeSpec,
  ScalesweepError,
  type ModelSetting,
} from '../../contract/index.ts';
import type { Network } from '../graph.ts';

/** What the settings of a family are checked by. */
export type Settings = Readonly<Record<string, z.ZodType<ModelSetting | undefined>>>;

/** The spec of a family's networks, typed: what every family has, and the family's settings `S`. */
export type SpecOf<S extends Settings> = Readonly<z.output<typeof modelCore> & z.output<z.ZodObject<S>>>;

export interface Family<S extends Settings = Settings> {
  /** Lower-case words with dashes: what a grid, `--family` and every trial name. */
  readonly name: string;
  /** What its networks are, in one line. */
  readonly about: string;
  /** Where they come from: a paper, or code. */
  readonly source: string;
  /** What `depth` counts, and which depths there are, in one line. */
  readonly depth: string;
  /** What `width` multiplies, and how it is rounded, in one line. */
  readonly width: string;
  /** The smallest resolution, in one line. */
  readonly resolution: string;
  /**
   * Its settings beside width, depth and resolution, each a number, a boolean or an enumeration, that a grid can fix, put
   * on an axis or state as a rule. A setting has one meaning: two families that share a name share the schema.
   * `blocks`, a list of block counts per stage, is the one exception: see {@link stageBlocks}.
   */
  readonly settings: S;
  /** Of every setting but `blocks`: what a grid need not say. */
  readonly defaults: Readonly<Omit<z.output<z.ZodObject<S>>, 'blocks'>>;
  /** The input that `scalesweep cost` assumes. */
  readonly input: { readonly channels: number; readonly classes: number };
  /** Networks that are timed to calibrate predicted seconds, the most telling first. @defaultValue none */
  readonly probes?: readonly SpecOf<S>[];
  /**
   * The network of a spec.
   *
   * @throws {ScalesweepError} `MODEL_UNBUILDABLE` with the rule that the spec breaks.
   */
  build(spec: SpecOf<S>): Network;
}

/** Blocks per stage, for depths that are not among the family's own. */
export const stageBlocks = z
  .array(z.int().min(1))
  .min(1)
  .optional()
  .describe("blocks per stage, where the depth is not one of the family's own");

/** A family with what is derived from its definition. */
export interface RegisteredFamily extends Omit<Family, 'defaults'> {
  readonly defaults: Readonly<Record<string, number | string | boolean>>;
  /** The strict schema of its specs. */
  readonly spec: z.ZodObject;
  /** Of every setting but `blocks`. */
  readonly settingNames: readonly string[];
  readonly hasBlocks: boolean;
}

const registered = new Map<string, RegisteredFamily>();
let isComplete = false;

/**
 * Adds a family, at the place where it is defined.
 *
 * @throws {TypeError} for a definition that cannot be used, or one that comes after the families were first listed.
 */
export function registerFamily<S extends Settings>(family: Family<S>): Family<S> {
  const { name, settings, defaults } = family;
  const refuse = (expected: string): TypeError => new TypeError(`Family ${name}: expected ${expected}`);
  if (isComplete)
    throw refuse(
      'to be registered before the families are first used; load its module first (docs/extending/add-a-family.md)',
    );
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw refuse('a name of lower-case letters, digits and dashes');
  if (registered.has(name)) throw refuse('a name that no other family has');
  const spec = z.strictObject({ ...modelCore.shape, family: z.literal(name), ...settings });
  const settingNames = Object.keys(settings).filter((setting) => setting !== 'blocks');
  for (const setting of settingNames) {
    const schema = settings[setting]!;
    if (RESERVED.has(setting)) throw refuse(`a setting with a name of its own, got \`${setting}\``);
    if (!KINDS.some((kind) => schema instanceof kind))
      throw refuse(`\`${setting}\` to be a number, a boolean or an enumeration`);
    if (!schema.safeParse((defaults as Readonly<Record<string, unknown>>)[setting]).success)
      throw refuse(`a default of \`${setting}\` that its schema takes`);
    for (const other of registered.values()) {
      const theirs = other.settings[setting];
      if (theirs !== undefined && formOf(theirs) !== formOf(schema))
        throw refuse(`\`${setting}\` to take the same values as in the family ${other.name}, or to have another name`);
    }
  }
  const entry = { ...family, spec, settingNames, hasBlocks: 'blocks' in settings };
  // Which settings S has is known to `spec`, which every spec from outside is parsed with.
  registered.set(name, entry as unknown as RegisteredFamily);
  return family;
}

const KINDS = [z.ZodNumber, z.ZodBoolean, z.ZodEnum];

/** Names that a grid has for other settings. */
const RESERVED = new Set(
  [modelCore, recipeSpec, dataSpec]
    .flatMap(({ shape }) => Object.keys(shape))
    .concat('epochs', 'product', 'zip', 'list'),
);

const formOf = (schema: z.ZodType): string => JSON.stringify(z.toJSONSchema(schema));

export function familyNames(): readonly string[] {
  return [...registered.keys()];
}

/** All families, in the order of registration. From here on none is added: schemas have been derived from the list. */
export function families(): readonly RegisteredFamily[] {
  isComplete = true;
  return [...registered.values()];
}

/** @throws {ScalesweepError} `MODEL_UNBUILDABLE` for a family that is not registered. */
export function familyOf(name: string): RegisteredFamily {
  const family = registered.get(name);
  if (family !== undefined) return family;
  throw new ScalesweepError('MODEL_UNBUILDABLE', unknownFamily(name), {
    hint: 'A family of your own is loaded by NODE_OPTIONS=--import (docs/extending/add-a-family.md), by every process.',
  });
}

/** What is wrong with a name that is no family's. */
export function unknownFamily(name: unknown): string {
  const names = familyNames();
  const hint = typeof name === 'string' ? didYouMean(name, names) : '';
  return `Expected one of the families ${names.join(', ')}, got ${JSON.stringify(name)}${hint}`;
}
