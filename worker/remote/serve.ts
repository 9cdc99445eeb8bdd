import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, ScalesweepError, type EngineName, type WorkerEvent } from '../../contract/index.ts';
import { startBeats } from './beats.ts';
import { connectRedis, duplicateRedis } from './connect.ts';
import { fetchJobs } from './fetch-jobs.ts';
import { makeLane, type Lane } from './lane.ts';
import { obeyOrders } from './orders.ts';
import { openOutbox } from './outbox.ts';
import { makePost } from './post.ts';
import { makeTravellingCheckpoints } from './travelling-checkpoints.ts';
import { keys, type Parcel } from './wire.ts';

export interface ServeOptions {
  readonly redis: string;
  readonly engine: EngineName;
  /** One child each; a device may stand here more than once. */
  readonly devices: readonly string[];
  /** Threads per child. */
  readonly threads: number;
  /** Added to the children's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly checkpointDir: string;
  /** Bytes of a checkpoint that travel through Redis at most; 0 where the folder is shared by all machines. */
  readonly travelBytes: number;
  /** Where results wait until they are stored. */
  readonly outboxDir: string;
  readonly log: (text: string) => void;
  /** Between two beats, ms. @defaultValue 5 s */
  readonly beatMs?: number;
  /** @defaultValue 15 minutes, or 20 times the predicted time if that is longer */
  readonly silenceMs?: number;
  /** How long a child may take to save its state, ms. @defaultValue 60 s */
  readonly stopMs?: number;
}

export interface Serving {
  readonly worker: string;
  /** Resolves when no lane works any more, with the reasons; rejects when the outbox cannot be written. */
  readonly ended: Promise<string>;
  /** Hands back what is in hand, sends what is left, closes. Idempotent. */
  stop(): Promise<void>;
  /** Ends the children at once, without saving; `stop` then has little to wait for. */
  kill(): void;
}

/** How long the last letters may take to be stored when the worker leaves, ms. They stay in the outbox otherwise. */
const FAREWELL_MS = 5000;
/** How long each last word to Redis may take, ms. */
const GOODBYE_MS = 2000;

/**
 * Serves trials from Redis until stopped: one child process per device, results kept on disk until they are stored.
 *
 * @throws {ScalesweepError} USAGE or REDIS_UNAVAILABLE
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { engine, log, beatMs = 5000, silenceMs = 15 * 60_000, stopMs = 60_000 } = options;
  const redis = await connectRedis(options.redis, { onNotice: log });
  const listening = duplicateRedis(redis);
  const outbox = openOutbox(options.outboxDir);
  const { worker } = outbox;
  const post = makePost({
    redis,
    outbox,
    pollMs: Math.max(50, beatMs / 20),
    resendMs: beatMs,
    log,
    now: () => performance.now(),
  });
  const travel =
    options.travelBytes > 0
      ? makeTravellingCheckpoints({ redis, checkpointDir: options.checkpointDir, capBytes: options.travelBytes, log })
      : undefined;
  const lanes: Lane[] = [];
  const leaving = new AbortController();
  const isStopping = (): boolean => leaving.signal.aborted;
  let onFree: () => void = () => undefined;
  let end: (why: string) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const ended = new Promise<string>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  ended.catch(() => undefined);

  const onEvents = (store: string, events: readonly WorkerEvent[]): void => {
    const lasting = events.filter(({ type }) => type !== 'progress');
    try {
      if (lasting.length > 0) post.say(store, lasting);
    } catch (error) {
      // A result that cannot be kept: going on would burn GPU hours for nothing.
      fail(
        new ScalesweepError(
          'DISK_FULL',
          `Expected to write the outbox in ${options.outboxDir}, got: ${messageOf(error)}`,
          { cause: error },
        ),
      );
      return;
    }
    if (travel !== undefined)
      for (const { trial } of events.filter(({ type }) => type === 'checkpoint')) void travel.send(trial);
    const passing = events.filter(({ type }) => type === 'progress');
    if (passing.length > 0) post.mention(store, passing);
  };

  const onChange = (): void => {
    onFree();
    const reasons = lanes.filter((lane) => lane.state() === 'retired').map((lane) => `${lane.device}: ${lane.why()}`);
    if (lanes.length === options.devices.length && reasons.length === lanes.length && !isStopping())
      end(reasons.join('; '));
  };

  for (const device of options.devices) {
    lanes.push(
      makeLane({
        device,
        threads: options.threads,
        env: options.env ?? {},
        checkpointDir: options.checkpointDir,
        silenceMs,
        stopMs,
        onEvents,
        onChange,
      }),
    );
  }

  const freeLane = (): Lane | undefined => lanes.find((lane) => lane.state() === 'idle');

  /** A first attempt has nothing to go on from, and tiny trials no time to ask. */
  const prepare = async ({ attempts }: Parcel): Promise<void> => {
    if (travel === undefined) return;
    for (const { trial, attempt } of attempts) if (attempt > 1) await travel.receive(trial.id);
  };

  const execute = async (parcel: Parcel): Promise<void> => {
    const lane = freeLane();
    if (lane === undefined || isStopping()) {
      // Taken in the moment of leaving: handed back, so that nobody waits for its lease to run out.
      onEvents(
        parcel.store,
        parcel.attempts.map(({ trial, attempt }) => handedBack(trial.id, attempt)),
      );
      return;
    }
    await lane.run(parcel, prepare(parcel));
    onFree();
  };

  const fetching = fetchJobs({
    redis,
    engine,
    worker,
    onceFree: async () => {
      while (freeLane() === undefined && !isStopping()) {
        await new Promise<void>((resolve) => {
          onFree = resolve;
        });
      }
      return !isStopping();
    },
    execute,
    log,
    now: () => Date.now(),
  });

  const stopBeats = startBeats({ redis, engine, outbox, lanes, beatMs });
  const obeying = obeyOrders({
    listening,
    worker,
    lanes,
    checkpointDir: options.checkpointDir,
    travel,
    log,
    isStopping,
  });

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    leaving.abort();
    onFree();
    await within(fetching.stop());
    await Promise.all(lanes.map((lane) => lane.stop()));
    await post.flushed(FAREWELL_MS);
    post.close();
    stopBeats();
    const left = outbox.positions().reduce((sum, { last, acked }) => sum + last - acked, 0);
    if (left > 0)
      log(
        `${left} letters wait in ${options.outboxDir} for their orchestrator; the next worker started there sends them`,
      );
    if (redis.status === 'ready') {
      // Ends known: orchestrators need not wait for the beat to fall silent.
      await within(redis.multi().srem(keys.workers, worker).unlink(keys.worker(worker), keys.orders(worker)).exec());
    }
    listening.disconnect();
    redis.disconnect();
    await within(Promise.all([obeying, fetching.close()]));
    outbox.close();
  };
  return { worker, ended, stop: () => (stopped ??= stop()), kill: () => lanes.forEach((lane) => lane.kill()) };
}

function handedBack(trial: string, attempt: number): WorkerEvent {
  return {
    v: 1,
    trial,
    attempt,
    type: 'failed',
    kind: 'interrupted',
    message: 'Handed back before it began',
    step: null,
  };
}

/** Waits, but not for a Redis that does not answer: the worker must be able to leave. */
async function within(act: Promise<unknown>): Promise<void> {
  await Promise.race([act.catch(() => undefined), sleep(GOODBYE_MS)]);
}
