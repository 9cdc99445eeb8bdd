import { setTimeout as sleep } from 'node:timers/promises';
import { handedBack, timerMs, type EngineName, type RedisAddress, type WorkerEvent } from '../../contract/index.ts';
import { startHeartbeats } from './heartbeats.ts';
import { connectRedis, duplicateRedis } from './connect.ts';
import { fetchJobs } from './fetch-jobs.ts';
import { makeWorkerSlot, type WorkerSlot } from './worker-slot.ts';
import { followControlMessages } from './control-messages.ts';
import { openOutbox } from './outbox.ts';
import { makeOutboxSender } from './outbox-sender.ts';
import { makeRemoteCheckpoints } from './remote-checkpoints.ts';
import { keys, type AttemptBatch } from './wire.ts';

interface ServeOptions {
  readonly redis: string | RedisAddress;
  readonly engine: EngineName;
  /** One child each; a device may stand here more than once. */
  readonly devices: readonly string[];
  /** Threads per child. */
  readonly threads: number;
  /** Added to the children's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly checkpointDir: string;
  /** Bytes of a checkpoint that is sent through Redis at most; 0 where the folder is shared by all machines. */
  readonly checkpointCapBytes: number;
  /** Where results wait until they are stored. */
  readonly outboxDir: string;
  readonly log: (text: string) => void;
  /** Between two heartbeats, ms. @defaultValue 5 s */
  readonly heartbeatMs?: number;
  /** How long a child with something to do may be silent, ms: see `worker/child/silence.ts`. @defaultValue 15 minutes */
  readonly silenceMs?: number;
  /** How long a child may take to save its state, ms. @defaultValue 60 s */
  readonly stopMs?: number;
}

export interface Serving {
  readonly worker: string;
  /** Resolves when no slot works any more, with the reasons; rejects when the outbox cannot be written. */
  readonly ended: Promise<string>;
  /** Hands back what is in hand, sends what is left, closes. Idempotent. */
  stop(): Promise<void>;
  /** Ends the children at once, without saving; `stop` then has little to wait for. */
  kill(): void;
}

/** How long the last messages may take to be stored when the worker leaves, ms. They stay in the outbox otherwise. */
const FAREWELL_MS = 5000;
/** How long each last word to Redis may take, ms. */
const GOODBYE_MS = 2000;

/**
 * Serves trials from Redis until stopped: one child process per device, results kept on disk until they are stored.
 *
 * @throws {ScalesweepError} USAGE or REDIS_UNAVAILABLE
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { engine, log, heartbeatMs = 5000 } = options;
  const outbox = openOutbox(options.outboxDir, log);
  const redis = await connectRedis(options.redis, { onNotice: log }).catch((error: unknown) => {
    outbox.close();
    throw error;
  });
  const listening = duplicateRedis(redis);
  const { worker } = outbox;
  const sender = makeOutboxSender({
    redis,
    outbox,
    pollMs: Math.max(50, heartbeatMs / 20),
    resendMs: heartbeatMs,
    log,
    now: () => performance.now(),
  });
  const remote =
    options.checkpointCapBytes > 0
      ? makeRemoteCheckpoints({
          redis,
          checkpointDir: options.checkpointDir,
          capBytes: options.checkpointCapBytes,
          log,
        })
      : undefined;
  const slots: WorkerSlot[] = [];
  const leaving = new AbortController();
  const isStopping = (): boolean => leaving.signal.aborted;
  let onFree: () => void = () => undefined;
  let end: (why: string) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<string>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  ended.catch(() => undefined);

  const onEvents = (store: string, events: readonly WorkerEvent[]): void => {
    const lasting = events.filter(({ type }) => type !== 'progress');
    try {
      if (lasting.length > 0) sender.keepAndSend(store, lasting);
    } catch (error) {
      // A result that cannot be kept: going on would burn GPU hours for nothing.
      return fail(error);
    }
    if (remote !== undefined)
      for (const { trial } of events.filter(({ type }) => type === 'checkpoint')) void remote.send(trial);
    const passing = events.filter(({ type }) => type === 'progress');
    if (passing.length > 0) sender.sendOnce(store, passing);
  };

  const onChange = (): void => {
    onFree();
    const reasons = slots.filter((slot) => slot.state() === 'retired').map((slot) => `${slot.device}: ${slot.why()}`);
    if (slots.length === options.devices.length && reasons.length === slots.length && !isStopping())
      end(reasons.join('; '));
  };

  for (const device of options.devices) {
    slots.push(
      makeWorkerSlot({
        device,
        threads: options.threads,
        env: options.env,
        checkpointDir: options.checkpointDir,
        silenceMs: options.silenceMs,
        stopMs: options.stopMs,
        onEvents,
        onChange,
      }),
    );
  }

  const guarding = setInterval(() => {
    try {
      outbox.keepOnDisk();
    } catch (error) {
      fail(error);
    }
  }, timerMs(heartbeatMs));
  guarding.unref();

  const freeSlot = (): WorkerSlot | undefined => slots.find((slot) => slot.state() === 'idle');

  /** A first attempt has nothing to resume from, and tiny trials no time to ask. */
  const prepare = async ({ attempts }: AttemptBatch): Promise<void> => {
    if (remote === undefined) return;
    for (const { trial, attempt } of attempts) if (attempt > 1) await remote.receive(trial.id);
  };

  const execute = async (batch: AttemptBatch): Promise<void> => {
    const slot = freeSlot();
    if (slot === undefined || isStopping()) {
      // Taken in the moment of leaving: handed back, so that nobody waits for its lease to run out.
      onEvents(
        batch.store,
        batch.attempts.map(({ trial, attempt }) => handedBack({ trial: trial.id, attempt })),
      );
      return;
    }
    await slot.run(batch, prepare(batch));
    onFree();
  };

  const fetching = fetchJobs({
    redis,
    engine,
    worker,
    onceFree: async () => {
      while (freeSlot() === undefined && !isStopping()) {
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

  const stopHeartbeats = startHeartbeats({ redis, engine, outbox, slots, heartbeatMs, log });
  const following = followControlMessages({
    listening,
    worker,
    slots,
    checkpointDir: options.checkpointDir,
    remote,
    log,
    isStopping,
  });

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    leaving.abort();
    onFree();
    await within(fetching.stop());
    await Promise.all(slots.map((slot) => slot.stop()));
    await sender.flushed(FAREWELL_MS);
    sender.close();
    stopHeartbeats();
    const left = outbox.positions().reduce((sum, { last, acked }) => sum + last - acked, 0);
    if (left > 0)
      log(
        `${left} messages wait in ${options.outboxDir} for their orchestrator; the next worker started there sends them`,
      );
    if (redis.status === 'ready') {
      // Ends known: orchestrators need not wait for the heartbeat to fall silent.
      await within(redis.multi().srem(keys.workers, worker).unlink(keys.worker(worker), keys.control(worker)).exec());
    }
    clearInterval(guarding);
    listening.disconnect();
    redis.disconnect();
    await within(Promise.all([following, fetching.close()]));
    outbox.close();
  };
  return { worker, ended, stop: () => (stopped ??= stop()), kill: () => slots.forEach((slot) => slot.kill()) };
}

/** Waits, but not for a Redis that does not answer: the worker must be able to leave. */
async function within(act: Promise<unknown>): Promise<void> {
  await Promise.race([act.catch(() => undefined), sleep(GOODBYE_MS)]);
}
