/**
 * Messages between the engine `command` and a trainer. docs/trainers.md explains them; docs/trainer-protocol.schema.json
 * is this, and a test keeps the two equal. All that comes from a trainer is validated.
 */
import { z } from 'zod';
import {
  EPOCH_METRICS,
  inOrder,
  METRICS,
  ownMetrics,
  RESULT_ORDER,
  shapeOf,
  TRIAL_ID,
  type FailureKind,
  type MetricName,
} from '../../../contract/index.ts';
import { trialSpec } from '../../../models/index.ts';

/** Raised when a trainer that worked before would no longer work. */
export const TRAINER_PROTOCOL = 1;

/** The environment of a trainer. */
export const TRAINER_ENV = {
  /** Path of the trial, a JSON file. */
  trial: 'SCALESWEEP_TRIAL',
  /** Number of the file descriptor that takes events. */
  events: 'SCALESWEEP_EVENTS_FD',
  /** Path of a named pipe that takes events as well, where the system has such. */
  eventsPath: 'SCALESWEEP_EVENTS',
  /** {@link TRAINER_PROTOCOL}. */
  protocol: 'SCALESWEEP_PROTOCOL',
  /** `1`: standard input holds networks, a JSON object a line, and their costs are to be printed; nothing is trained. */
  cost: 'SCALESWEEP_COST',
  /** Marks every process of one attempt, so that none is left behind. */
  attempt: 'SCALESWEEP_ATTEMPT',
} as const;

export const EVENTS_FD = 3;

const count = z.int().min(1);
const step = z.int().min(0);
/** More names than that are no metrics of a training. */
export const MOST_OWN = 100;
const own = ownMetrics
  .refine((metrics) => Object.keys(metrics).length <= MOST_OWN)
  .exactOptional()
  .describe('Numbers of your own, by name: stored, exported and drawn; those of the last epoch stand for `done` too.');

/** The file that a trainer is given. */
const trainerTask = z
  .strictObject({
    v: z.literal(TRAINER_PROTOCOL),
    trial: z.strictObject({ id: z.string().regex(TRIAL_ID), spec: trialSpec }),
    device: z.string().describe('What to train on: cpu, cuda:0 ...'),
    threads: count.describe('How many threads it may use.'),
    steps: z
      .strictObject({ batch: count, perEpoch: count, total: count })
      .describe('Length of the training in optimiser steps; a last short batch of an epoch is left out.'),
    folder: z.string().describe('Where it writes its checkpoints; gone when it ends.'),
    resume: z
      .strictObject({ step, file: z.string().describe('Path of the file that it wrote.') })
      .nullable()
      .describe('The checkpoint to go on from, or null.'),
    data: z.string().nullable().describe('Path of the images, where the arguments ask for {data}.'),
    weights: z.string().nullable().describe('Path of the initial weights, where the arguments ask for {weights}.'),
  })
  .describe('The trial, as SCALESWEEP_TRIAL names it.');
export type TrainerTask = z.infer<typeof trainerTask>;

/** The order of docs/trainer-protocol.schema.json is older than the table of metrics. */
const DONE_ORDER = [
  ...RESULT_ORDER.filter((name) => name !== 'seconds' && name !== 'trainSeconds'),
  'stepMs',
  'trainSeconds',
  'peakBytes',
] as const satisfies readonly MetricName[];

/** Kinds of failure that a trainer can tell; the worker reports what happens to the host. */
export const trainerFailures = [
  'diverged',
  'out-of-memory',
  'config',
  'data',
  'device',
  'crash',
] as const satisfies readonly FailureKind[];

export const trainerEvent = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('hello'),
      v: z.literal(TRAINER_PROTOCOL),
      resumedFromStep: step.default(0).describe('The step of `resume` if it was used, else 0.'),
      environment: z
        .record(z.string().max(100), z.string().max(1000))
        .default({})
        .describe('What can explain a difference between two machines, kept with the attempt.'),
    }),
    z.strictObject({ type: z.literal('progress'), step, loss: z.number().nullable().default(null) }),
    z.strictObject({
      type: z.literal('epoch'),
      epoch: count.describe('Epochs finished.'),
      step: step.describe('Steps finished.'),
      ...shapeOf(EPOCH_METRICS, 'trainer'),
      metrics: own,
    }),
    z.strictObject({
      type: z.literal('checkpoint'),
      step,
      file: z
        .string()
        .regex(/^[\w-][\w.-]{0,200}$/)
        .describe('Name of a whole file in the folder of the trial. It is taken away; give each a new name.'),
    }),
    z.strictObject({
      type: z.literal('done'),
      ...shapeOf(inOrder(METRICS, DONE_ORDER), 'trainer'),
      metrics: own,
      weightsDigest: z.string().max(200).nullable().default(null).describe('Equal for bit-identical trainings.'),
    }),
    z.strictObject({
      type: z.literal('failed'),
      kind: z.enum(trainerFailures),
      message: z.string().max(10_000),
    }),
  ])
  .describe('One line of JSON on the file descriptor SCALESWEEP_EVENTS_FD.');
export type TrainerEvent = z.infer<typeof trainerEvent>;

/** Both directions, as JSON Schema, draft 2020-12. */
export function trainerProtocolSchema(): object {
  const form = { io: 'input' } as const;
  return {
    title: `scalesweep trainer protocol ${TRAINER_PROTOCOL}`,
    $defs: { trial: z.toJSONSchema(trainerTask, form), event: z.toJSONSchema(trainerEvent, form) },
  };
}
