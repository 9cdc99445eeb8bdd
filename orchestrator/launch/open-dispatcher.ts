import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { parseDevice } from '../../contract/index.ts';
import type { RunningAttempt, Store, SweepRecord } from '../../results/index.ts';
import { openCheckpoints } from '../../worker/index.ts';
import type { Io } from '../cli/io.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import { makeLocalDispatcher } from '../dispatch/local.ts';
import { historyOf } from '../sweep/history.ts';
import type { AdoptedAttempt } from '../sweep/run-sweep.ts';
import { checkpointFolder } from './checkpoint-folder.ts';
import { trainerEnvironment, type TrainerOptions } from './trainers.ts';

export interface DispatchOptions extends TrainerOptions {
  readonly db: string;
  /** @defaultValue cpu */
  readonly devices?: readonly string[];
  /** Processes per device. @defaultValue one per core for the CPU, one for a GPU */
  readonly workers?: number;
  /** Per worker. @defaultValue 1 */
  readonly threads?: number;
  /** Where workers elsewhere are reached; without it, workers are processes of this machine. */
  readonly redis?: string;
  /** Seconds. @defaultValue 30 */
  readonly lease?: number;
  /** @defaultValue 1 */
  readonly ahead?: number;
}

export interface OpenedDispatcher {
  readonly dispatcher: Dispatcher;
  readonly adopted: readonly AdoptedAttempt[];
}

/**
 * Which attempts of a dead orchestrator may still be at work: those that went through Redis, if this one goes there as well. They are adopted, and
 * taken to be lost when they give no sign for the time of a lease.
 */
export function isAtWorkElsewhere({ redis }: Pick<DispatchOptions, 'redis'>): (attempt: RunningAttempt) => boolean {
  return ({ worker }) => redis !== undefined && !/^local-\d{1,6}$/.test(worker);
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
    devices: processesOf(options.devices ?? ['cpu'], options.workers, os.availableParallelism()),
    threads: options.threads ?? 1,
    checkpointDir: folder,
    env: trainerEnvironment(options),
    clearCheckpoints: (trial) => openCheckpoints(folder, trial).clear(),
  });
  return { dispatcher, adopted: [] };
}

/** The device of each worker process: of a CPU's as many as it has cores, of a GPU's one, or the given number of each. */
export function processesOf(devices: readonly string[], perDevice: number | undefined, cores: number): string[] {
  return devices.flatMap((device) => {
    const length = perDevice ?? (parseDevice(device)?.kind === 'cpu' ? cores : 1);
    return Array.from({ length }, () => device);
  });
}

/** Loaded only here: BullMQ is of no use to a sweep on one machine. */
async function openRedis(
  store: Store,
  sweep: SweepRecord,
  { db, redis: url, lease, ahead }: DispatchOptions & { redis: string },
  io: Io,
): Promise<OpenedDispatcher> {
  const { connectRedis } = await import('../../worker/remote/index.ts');
  const { makeRedisDispatcher } = await import('../dispatch/redis/dispatcher.ts');
  const { storeId } = await import('../dispatch/redis/store-id.ts');
  const redis = await connectRedis(url, { onNotice: io.err });
  const [first] = store.nextTrials(sweep.id, 1, Number.MAX_SAFE_INTEGER);
  const adopted = store.running(sweep.id).map((running) => adopt(store, running));
  const [adoptedFirst] = adopted;
  const engine =
    first?.trial.spec.engine.name ??
    (adoptedFirst === undefined ? undefined : store.trial(adoptedFirst.trial).trial?.spec.engine.name) ??
    'onnx';
  if (adopted.length > 0) io.err(`${adopted.length} trials may still be at work elsewhere: they are waited for`);
  const dispatcher = makeRedisDispatcher({
    redis,
    store: storeId(db),
    engine,
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
  // A result from elsewhere has no trial, and is never at work.
  const history = trial === null ? { crashes, hostLosses } : historyOf(trial, { crashes, hostLosses, microBatch });
  return { trial: id, attempt, ...history };
}
