/**
 * The wire form of a trial: everything that can change its result, resolved (no defaults left to fill in), validated
 * wherever it arrives. Glossary:
 *
 * - grid: a YAML file that states a question and spans cells.
 * - cell: one point of the grid: width, depth, resolution, epochs and anything else that the grid varies.
 * - trial: a cell with one seed; the unit of work.
 * - attempt: one try of a trial by one worker, numbered from 1; only the newest attempt may write.
 * - sweep: a grid launched against a store.
 */
import { z } from 'zod';
import { contentHash } from './canonical.ts';
import type { CostName } from './facts/costs.ts';

const count = z.int().min(1);

/** What every family of networks is given. Its own settings stand beside these; `models/families` knows them. */
export const modelCore = z.strictObject({
  /** The name of a family that is registered (`models/families`). */
  family: z.string(),
  /** Layers, as the family counts them. */
  depth: count,
  /** Multiplier of channel counts, as the family takes it. */
  width: z.number().positive(),
  /** Side of the square input, in pixels. */
  resolution: count,
  /** Channels of the input image: 1 or 3. */
  channels: z.int().min(1).max(4),
  classes: z.int().min(2),
});

/** A setting of one family: an option, or the blocks per stage. */
export type ModelSetting = number | string | boolean | readonly number[];

/** Names that expressions and placeholders can hold as `params.NAME`. */
export const OWN_NAME = /^[A-Za-z]\w{0,63}$/;
/** One of a trainer's own settings. */
export const ownValue = z.union([z.number(), z.string().max(1000), z.boolean()]);

/**
 * A network that only the user's trainer knows. It is told from the others by `params`, which it always has, and they
 * never: the id of a trial of a registered family holds no trace of it.
 */
export const ownModel = z.strictObject({
  ...modelCore.shape,
  family: z.string().min(1).max(100),
  /** What the trainer takes it for: layers, or a multiplier. */
  depth: z.number().positive(),
  /** Settings of the trainer's own, by name. */
  params: z.record(z.string().regex(OWN_NAME), ownValue),
});
export type OwnParams = z.infer<typeof ownModel>['params'];

/** Whether only the user's trainer knows the network. */
export function isOwnModel(model: unknown): boolean {
  return typeof model === 'object' && model !== null && 'params' in model;
}

/**
 * A network, as `models` builds it: what every family has, and the settings of its own. Which settings those are is a
 * strict schema of the family; whoever parses a spec uses `modelSpec` of `models`, the union of them.
 */
export interface ModelSpec extends Readonly<z.infer<typeof modelCore>> {
  /** Of a network that only the user's trainer knows ({@link ownModel}). */
  readonly params?: OwnParams;
  readonly [setting: string]: ModelSetting | OwnParams | undefined;
}

/** A dataset, by name and content: never by path, so that no message can make a worker read a file of its choosing. */
export const dataSpec = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  /** Names the content (a checksum or a release), so that equal trials saw equal images. */
  identity: z.string().min(1).max(200),
  /** Training images of one epoch, after minival was held out. */
  trainImages: count,
  /** Images held out of the training set for choosing. */
  minivalImages: z.int().min(0),
});
export type DataSpec = z.infer<typeof dataSpec>;

/** The training method. A technique that is off has the value 0, false or `none`. */
export const recipeSpec = z.strictObject({
  /** Images per optimiser step (the effective batch). */
  batchSize: count,
  /** Peak learning rate at this batch size. */
  learningRate: z.number().positive(),
  schedule: z.enum(['cosine', 'step', 'constant']),
  /** Linear warm-up from 0, in epochs. */
  warmupEpochs: z.number().min(0),
  momentum: z.number().min(0).lt(1),
  nesterov: z.boolean(),
  /** L2 coefficient on the weights of convolutions and the classifier; norms and biases are exempt. */
  weightDecay: z.number().min(0),
  labelSmoothing: z.number().min(0).lt(1),
  /** Before the classifier. */
  dropout: z.number().min(0).lt(1),
  /** Rate of the last stage; the earlier ones get it in linear proportion. */
  stochasticDepth: z.number().min(0).lt(1),
  /** Decay of the moving average of weights and statistics that is evaluated; 0 = evaluate the weights themselves. */
  emaDecay: z.number().min(0).lt(1),
  flip: z.boolean(),
  /** `pad`: pad by an eighth of the side and crop. `resized`: area 0.08-1, aspect 3/4-4/3. */
  crop: z.enum(['none', 'pad', 'resized']),
  randAugmentLayers: z.int().min(0).max(4),
  randAugmentMagnitude: z.number().min(0).max(30),
});
export type RecipeSpec = z.infer<typeof recipeSpec>;

export const engineNames = ['onnx', 'tensorflow', 'command', 'noop'] as const;
export type EngineName = (typeof engineNames)[number];

/**
 * A program that trains, by name and never by path: each worker says for itself which program a name stands for, so that
 * no message can make it run another. The arguments reach that program as they are, through no shell.
 */
export const trainerSpec = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  arguments: z
    .array(
      z
        .string()
        .max(1000)
        .refine((text) => !text.includes('\0'), 'expected no NUL'),
    )
    .max(64),
  /** The user's own, raised when the program's results change. */
  version: z.string().min(1).max(100).optional(),
});
export type TrainerSpec = z.infer<typeof trainerSpec>;

const engineSpec = z
  .strictObject({
    name: z.enum(engineNames),
    /** Raised whenever an engine's results change for the same input, so that old results are not taken for new ones. */
    numerics: count,
    /** Of the engine `command` alone. */
    trainer: trainerSpec.optional(),
  })
  .refine(({ name, trainer }) => (name === 'command') === (trainer !== undefined), {
    error: 'expected a trainer with the engine `command`, and with no other',
  });
export type EngineSpec = z.infer<typeof engineSpec>;

/** The numerics version that each engine has now. */
export const ENGINE_NUMERICS: Readonly<Record<EngineName, number>> = { onnx: 5, tensorflow: 1, command: 1, noop: 1 };

/** The schema of a trial, around the schema of its network. `models` makes the one that everybody parses with. */
export function trialSpecOf<M extends z.ZodType<ModelSpec>>(model: M) {
  return z.strictObject({
    model,
    data: dataSpec,
    recipe: recipeSpec,
    epochs: count,
    seed: z.int().min(0).max(0xffff_ffff),
    engine: engineSpec,
  });
}
export type TrialSpec = z.infer<ReturnType<typeof trialSpecOf<z.ZodType<ModelSpec>>>>;

/** A trial and its id. */
export interface Trial {
  readonly id: string;
  readonly spec: TrialSpec;
}

export const TRIAL_ID = /^[0-9a-f]{16}$/;

/** 64 bits of the SHA-256 of the canonical spec: two of a million trials collide with probability 3e-8. `known` as for `canonicalJson`. */
export function trialId(spec: TrialSpec, known?: WeakMap<object, string>): string {
  return contentHash(spec, known).slice(0, 16);
}

export function makeTrial(spec: TrialSpec): Trial {
  return { id: trialId(spec), spec };
}

/** What a trainer of one's own may leave unsaid of a network that only it knows: then it is `null`. */
type Unsaid = 'activations' | 'memoryBytes';

/** Predicted cost of a trial, from the network's graph or from its trainer (contract/facts/costs.ts). */
export type TrialCost = Readonly<Record<Exclude<CostName, Unsaid>, number> & Record<Unsaid, number | null>>;
