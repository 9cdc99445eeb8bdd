/**
 * What orchestrators and workers on other machines say to each other through Redis. All of it may vanish at any moment, and anybody who
 * may write to this Redis may have written it: everything is validated on arrival, holds no path and no command, and what is
 * true stands in the orchestrator's store.
 *
 * - batch: attempts of one store that a worker executes one after another; one BullMQ job. Long trials are alone in theirs.
 * - message: events of one worker for one store, numbered, resent until the orchestrator has stored them.
 * - heartbeat: a worker's sign of life, with all that it has in hand. The heartbeat renews the lease of each attempt it names.
 * - control message: what an orchestrator asks of one worker.
 */
import { z } from 'zod';
import { engineNames, wireEvents, TRIAL_ID, type EngineName } from '../../contract/index.ts';
import { wireMicroBatch } from '../protocol/protocol.ts';
import { wireTrial, unpackTrials } from '../protocol/wire-trial.ts';

export const WIRE_VERSION = 1;

/** Prefix of every key, BullMQ's among them. */
export const KEY_PREFIX = 'scalesweep';

const STORE_ID = /^[0-9a-f]{32}$/;
const WORKER_ID = /^[\w.-]{1,80}$/;

/** Attempts in a batch at most. */
export const MOST_ATTEMPTS = 256;
/** Characters of a batch's JSON at most: a spec takes one thousand, so a full batch a quarter of this. */
export const MOST_JOB_CHARACTERS = 1_000_000;

const storeId = z.string().regex(STORE_ID);
const workerId = z.string().regex(WORKER_ID);
const version = { v: z.literal(WIRE_VERSION) };

export const attemptBatch = z.strictObject({
  ...version,
  store: storeId,
  attempts: z
    .array(
      z.strictObject({
        trial: wireTrial,
        attempt: z.int().min(1),
        microBatch: wireMicroBatch,
        /** Decides how long a silence is borne. */
        predictedSeconds: z.number().min(0),
      }),
    )
    .min(1)
    .max(MOST_ATTEMPTS)
    .transform(unpackTrials),
});
export type AttemptBatch = z.infer<typeof attemptBatch>;

// Fields of later versions are left out, here and in heartbeats: a message that is refused holds back all that its worker has to say.
export const workerMessage = z.object({
  ...version,
  worker: workerId,
  /** 1, 2, 3 ... for each store; `null` for progress, which may be lost. */
  seq: z.int().min(1).nullable(),
  /** All up to here are stored, as far as the worker knows: where a new orchestrator begins to count. */
  acked: z.int().min(0),
  events: wireEvents,
});
export type WorkerMessage = z.infer<typeof workerMessage>;

/** `trial.attempt`: names an attempt within a store. */
export const attemptKey = (trial: string, attempt: number): string => `${trial}.${attempt}`;
const ATTEMPT_KEY = /^[0-9a-f]{16}\.\d{1,9}$/;

const slotStates = ['idle', 'busy', 'retired'] as const;

export const heartbeat = z.object({
  ...version,
  worker: workerId,
  host: z.string().max(255),
  pid: z.int(),
  engine: z.enum(engineNames),
  /** Raised with each heartbeat: an orchestrator judges by whether it changes, so no two clocks are compared. */
  beat: z.int().min(1),
  lanes: z.array(
    z.object({
      device: z.string().max(64),
      state: z.enum(slotStates),
      /** At work on. */
      trial: z.string().regex(TRIAL_ID).nullable(),
      /** Why it is retired. */
      why: z.string().optional(),
    }),
  ),
  /** Attempts in hand, by store: being executed or waiting behind one that is. */
  holding: z.record(storeId, z.array(z.string().regex(ATTEMPT_KEY))),
  /** Attempts that have ended here and whose end no orchestrator has yet stored. */
  unacked: z.record(storeId, z.array(z.string().regex(ATTEMPT_KEY))),
});
export type Heartbeat = z.infer<typeof heartbeat>;

export const controlMessage = z.discriminatedUnion('type', [
  /** Save state and hand these attempts back. They are named one by one: the message may be late, and its store continue meanwhile. */
  z.strictObject({
    ...version,
    type: z.literal('hand-back'),
    store: storeId,
    attempts: z.array(z.string().regex(ATTEMPT_KEY)),
  }),
  /** These attempts are superseded: end them without a word, free the device. */
  z.strictObject({
    ...version,
    type: z.literal('drop'),
    store: storeId,
    attempts: z.array(z.string().regex(ATTEMPT_KEY)),
  }),
  /** These trials have their results stored: what was kept for their sake can go. */
  z.strictObject({ ...version, type: z.literal('settled'), trials: z.array(z.string().regex(TRIAL_ID)) }),
]);
export type ControlMessage = z.infer<typeof controlMessage>;

/** A payload that was not accepted, as it is kept for whoever looks. */
export interface Refusal {
  readonly at: number;
  readonly queue: string;
  readonly job: string;
  readonly worker: string;
  readonly reason: string;
}

/** One queue for each engine, so that a worker takes only what it can execute. */
export const queueName = (engine: EngineName): string => `trials-${engine}`;

export const keys = {
  /** Set: ids of workers that may be alive. */
  workers: `${KEY_PREFIX}:workers`,
  /** List: the last refusals, newest first. */
  refused: `${KEY_PREFIX}:refused`,
  /** String with expiry: the last heartbeat. */
  worker: (worker: string) => `${KEY_PREFIX}:worker:${worker}`,
  /** List: control messages that a worker has not yet taken. */
  control: (worker: string) => `${KEY_PREFIX}:orders:${worker}`,
  /** Hash, store -> number of the last message that is stored. */
  acks: (worker: string) => `${KEY_PREFIX}:acks:${worker}`,
  /** List: messages for a store. */
  messages: (store: string) => `${KEY_PREFIX}:letters:${store}`,
  /** String with expiry: the id of the orchestrator that reads a store's messages now. */
  reader: (store: string) => `${KEY_PREFIX}:reader:${store}`,
  /** Hash: the newest checkpoint of a trial, where checkpoints are sent through Redis. */
  checkpoint: (trial: string) => `${KEY_PREFIX}:checkpoint:${trial}`,
} as const;
