import { randomUUID } from 'node:crypto';
import type { RedisAddress } from '../../../contract/index.ts';
import type { RunningAttempt, Store, SweepRecord } from '../../../results/index.ts';
import { openCheckpoints } from '../../../worker/index.ts';
import type { PlaceOptions } from '../../calibration/open-predictor.ts';
import type { Io } from '../../cli/io.ts';
import type { Dispatcher } from '../../dispatch/dispatcher.ts';
import { makeLocalDispatcher } from '../../dispatch/local.ts';
import { workerSlots } from '../../dispatch/worker-slots.ts';
import { historyOf } from '../../sweep/history.ts';
import type { AdoptedAttempt } from '../../sweep/run-sweep.ts';
import { trainerEnvironment, type TrainerOptions } from '../trainers.ts';
import { checkpointFolder } from './checkpoint-folder.ts';

export interface DispatchOptions extends PlaceOptions, TrainerOptions {
  readonly db: string;
  /** Seconds; with `redis`. @defaultValue 30 */
  readonly lease?: number;
  /** With `redis`. @defaultValue 1 */
  readonly ahead?: number;
}

interface OpenedDispatcher {
  readonly dispatcher: Dispatcher;
  readonly adopted: readonly AdoptedAttempt[];
}

/**
 * What hands out the trials of a sweep. The caller closes it.
 *
 * @throws {ScalesweepError} USAGE or REDIS_UNAVAILABLE
 */
export async function openDispatcher(
  store: Store,
  sweep: SweepRecord,
  options: DispatchOptions,
  io: Io,
): Promise<OpenedDispatcher> {
  if (options.redis !== undefined) return openRedis(store, sweep, { ...options, redis: options.redis }, io);
  const folder = checkpointFolder(options.db);
  const dispatcher = makeLocalDispatcher({
    devices: workerSlots(options.devices ?? ['cpu'], options.workers, options.threads),
    threads: options.threads ?? 1,
    log: io.err,
    checkpointDir: folder,
    env: trainerEnvironment(options),
    clearCheckpoints: (trial) => openCheckpoints(folder, trial).clear(),
  });
  return { dispatcher, adopted: [] };
}

/** Loaded only here: BullMQ is of no use to a sweep on one machine. */
async function openRedis(
  store: Store,
  sweep: SweepRecord,
  { db, redis: address, lease, ahead }: DispatchOptions & { redis: RedisAddress },
  io: Io,
): Promise<OpenedDispatcher> {
  const { connectRedis } = await import('../../../worker/remote/index.ts');
  const { makeRedisDispatcher, storeId } = await import('../../dispatch/redis/index.ts');
  const redis = await connectRedis(address, { onNotice: io.err });
  const adopted = store.running(sweep.id).map((running) => adopt(store, running));
  if (adopted.length > 0) io.err(`${adopted.length} trials may still be running elsewhere: waiting for them`);
  const dispatcher = makeRedisDispatcher({
    redis,
    store: storeId(db),
    engine: sweep.facts?.engine.name ?? 'onnx',
    reader: randomUUID(),
    adopt: store.running(),
    log: io.err,
    ...(lease === undefined ? {} : { leaseMs: lease * 1000 }),
    ...(ahead === undefined ? {} : { ahead }),
  });
  return { dispatcher, adopted };
}

function adopt(store: Store, { trial: id, attempt, microBatch }: RunningAttempt): AdoptedAttempt {
  const { trial, attempts } = store.trial(id);
  const crashes = attempts.filter(({ outcome, kind }) => outcome === 'failed' && kind !== 'out-of-memory').length;
  const hostLosses = attempts.filter(({ outcome, kind }) => outcome === 'released' && kind === 'host-lost').length;
  // A result from elsewhere has no trial, and is never running.
  const history = trial === null ? { crashes, hostLosses } : historyOf(trial, { crashes, hostLosses, microBatch });
  return { trial: id, attempt, ...history };
}
