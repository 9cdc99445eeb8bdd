/**
 * What a worker tells the orchestrator: typed, versioned messages. Nobody parses log text.
 * Every event carries its trial and attempt; an event of an attempt that is not the newest is refused by the store. Fields that are not known
 * are left out and no reason to refuse an event: a worker of a later version may send more, and its results count.
 */
import { z } from 'zod';
import { EPOCH_METRICS, inOrder, METRICS, type MetricName } from './facts/index.ts';
import { shapeOf } from './facts/wire.ts';
import { TRIAL_ID } from './trial.ts';

export const EVENT_VERSION = 1;

/** Numbers that a trainer of the user's own measures beside those, by names of its own. */
export const ownMetrics = z.record(z.string().max(100), z.number());
export type OwnMetrics = Readonly<z.infer<typeof ownMetrics>>;

/** Metrics of one finished epoch. Top-1 values are fractions of 1. */
export const epochMetrics = z.object({
  /** 1-based: the number of epochs finished. */
  epoch: z.int().min(1),
  /** Optimiser steps finished since the trial began. */
  step: z.int().min(0),
  ...shapeOf(EPOCH_METRICS, 'wire'),
  metrics: ownMetrics.exactOptional(),
});
export type EpochMetrics = z.infer<typeof epochMetrics>;

/** The order of a result's JSON is older than the table of metrics; metrics that are not named here follow. */
export const RESULT_ORDER = [
  'minivalTop1',
  'minivalLoss',
  'testTop1',
  'testLoss',
  'trainTop1',
  'trainLoss',
  'seconds',
  'trainSeconds',
] as const satisfies readonly MetricName[];

/** What a finished trial is worth: the metrics that workers report. */
const trialResult = z.object({
  ...shapeOf(inOrder(METRICS, RESULT_ORDER), 'wire'),
  /** SHA-256 of the final weights and statistics; equal digests are bit-identical trainings. */
  weightsDigest: z.string().nullable(),
  metrics: ownMetrics.exactOptional(),
});
export type TrialResult = z.infer<typeof trialResult>;

/** Why an attempt ended without a result. */
export const failureKinds = [
  /** Loss or weights became NaN or infinite: a result of its own kind, not retried. */
  'diverged',
  'out-of-memory',
  /** The trial cannot be run as written (unbuildable model, refused checkpoint): not retried. */
  'config',
  /** The dataset is missing or corrupt on this worker. */
  'data',
  /** The asked-for device or engine is not there. */
  'device',
  /** The trial's own error: retried up to a limit. */
  'crash',
  /** The worker vanished: costs the trial no retry. */
  'host-lost',
  /** The worker was asked to stop and saved its state: costs nothing. */
  'interrupted',
] as const;
export type FailureKind = (typeof failureKinds)[number];

const head = { v: z.literal(EVENT_VERSION), trial: z.string().regex(TRIAL_ID), attempt: z.int().min(1) };

export const startedEvent = z.object({
  ...head,
  type: z.literal('started'),
  engine: z.string(),
  device: z.string(),
  pid: z.int(),
  /** Step that a checkpoint gave back, 0 from scratch. */
  resumedFromStep: z.int().min(0),
  totalSteps: z.int().min(0),
  /** The worker's environment, stored with the attempt. */
  environment: z.record(z.string(), z.string()),
  /** What was done to the dataset, and why an existing checkpoint was not used, if one was passed over. */
  note: z.string().optional(),
});

export const workerEvent = z.discriminatedUnion('type', [
  startedEvent,
  /** At least every 10 s while training; renews the lease. */
  z.object({
    ...head,
    type: z.literal('progress'),
    epoch: z.int().min(0),
    step: z.int().min(0),
    totalSteps: z.int().min(0),
    loss: z.number().nullable(),
    /** What the user should know of an attempt that continues. With progress, because progress may be lost. */
    note: z.string().optional(),
  }),
  z.object({ ...head, type: z.literal('epoch'), metrics: epochMetrics }),
  z.object({ ...head, type: z.literal('checkpoint'), step: z.int().min(0), bytes: z.int().min(0) }),
  z.object({ ...head, type: z.literal('done'), result: trialResult }),
  z.object({
    ...head,
    type: z.literal('failed'),
    kind: z.enum(failureKinds),
    message: z.string(),
    /** Where it happened, when training had started. */
    step: z.int().min(0).nullable(),
    /** The end of what a trainer of the user's own printed. */
    logTail: z.string().optional(),
    /** The worker's process itself died of it, which may be the machine's doing. */
    isDeath: z.boolean().optional(),
  }),
]);
export type WorkerEvent = z.infer<typeof workerEvent>;
