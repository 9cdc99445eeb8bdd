/**
 * What the orchestrator and a worker process say to each other over Node's IPC channel: typed, versioned, validated on
 * arrival at both ends. A message that does not validate is a bug of ours (both ends are the same program), so it is
 * never half-used.
 */
import { z } from 'zod';
import { wireEvents, type WorkerEvent } from '../../contract/index.ts';
import { packTrials, wireTrial, unpackTrials } from './wire-trial.ts';

export const PROTOCOL_VERSION = 1;

const version = { v: z.literal(PROTOCOL_VERSION) };

/** Images to hold at one time, where the whole batch was too many; see `TrialContext`. */
export const wireMicroBatch = z.int().min(1).optional();

const toWorker = z.discriminatedUnion('type', [
  /** Queue these attempts; they are executed one at a time, in the order of arrival. */
  z.strictObject({
    ...version,
    type: z.literal('run'),
    attempts: z
      .array(z.strictObject({ trial: wireTrial, attempt: z.int().min(1), microBatch: wireMicroBatch }))
      .min(1)
      .transform(unpackTrials),
    device: z.string().min(1),
    threads: z.int().min(1),
    /** Folder under which each trial has its checkpoints. */
    checkpointDir: z.string().min(1),
  }),
  /** Save a checkpoint, hand back every attempt as `interrupted`, and exit. */
  z.strictObject({ ...version, type: z.literal('stop') }),
  /** Exit as soon as nothing is queued. */
  z.strictObject({ ...version, type: z.literal('shutdown') }),
]);
export type ToWorker = z.infer<typeof toWorker>;
/** The same as it is sent. */
type ToWorkerSent = z.input<typeof toWorker>;
export type RunMessage = Extract<ToWorker, { type: 'run' }>;

const fromWorker = z.discriminatedUnion('type', [
  z.strictObject({ ...version, type: z.literal('ready'), pid: z.int() }),
  z.strictObject({
    ...version,
    type: z.literal('events'),
    /** In the order in which they happened. */
    events: wireEvents,
    /** Resident memory now, so that a death by the kernel's OOM killer can be told from a kill. */
    rssBytes: z.number().min(0),
  }),
]);
export type FromWorker = z.infer<typeof fromWorker>;
/** The same as the worker writes it. */
export type FromWorkerSent = z.input<typeof fromWorker>;

export function packToWorker(message: ToWorker): ToWorkerSent {
  return message.type === 'run' ? { ...message, attempts: packTrials(message.attempts) } : message;
}

/** @throws {TypeError} when it is no message of this version: a bug, or two versions of the program mixed. */
export function parseToWorker(raw: unknown): ToWorker {
  const parsed = toWorker.safeParse(raw);
  if (!parsed.success) throw new TypeError(`Expected a message to a worker, got: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** @throws {TypeError} when it is no message of this version. */
export function parseFromWorker(raw: unknown): FromWorker {
  const parsed = fromWorker.safeParse(raw);
  if (!parsed.success) throw new TypeError(`Expected a message of a worker, got: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Whether no further event of this attempt can follow. */
export function isLast(event: WorkerEvent): event is Extract<WorkerEvent, { type: 'done' | 'failed' }> {
  return event.type === 'done' || event.type === 'failed';
}
