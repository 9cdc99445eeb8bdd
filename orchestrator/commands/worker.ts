import path from 'node:path';
import { EXIT, ScalesweepError, type EngineName, type RedisAddress } from '../../contract/index.ts';
import { statePaths } from '../../worker/index.ts';
import { serve } from '../../worker/remote/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';
import { workerSlots } from '../dispatch/worker-slots.ts';
import { trainerEnvironment, type TrainerOptions } from '../launch/trainers.ts';
import { requireWritable } from '../launch/require-writable.ts';
import { listenForStop } from '../launch/train/stop-signals.ts';

export interface WorkerOptions extends JsonOption, TrainerOptions {
  readonly redis: RedisAddress;
  readonly devices: readonly string[];
  /** Children per device. */
  readonly concurrency?: number;
  readonly threads: number;
  readonly engine: EngineName;
  readonly checkpoints?: string;
  /** Bytes. */
  readonly checkpointCap: number;
  readonly outbox?: string;
  /** Seconds. */
  readonly beat: number;
}

/** `scalesweep worker`: serves trials from Redis until a signal stops it, or no device works any more. */
export async function worker(options: WorkerOptions, io: Io): Promise<number> {
  const state = statePaths();
  const env = trainerEnvironment(options);
  if (options.engine === 'command' && Object.keys(env).length === 0) {
    throw new ScalesweepError('USAGE', 'Expected a program that trials of the engine command may run, got none', {
      hint: 'Name it as the grids do: --allow-command NAME=PROGRAM (docs/trainers.md).',
    });
  }
  const devices = workerSlots(options.devices, options.concurrency, options.threads);
  const checkpointDir = path.resolve(options.checkpoints ?? state.checkpoints);
  const outboxDir = path.resolve(options.outbox ?? path.join(state.root, 'outbox'));
  requireWritable(outboxDir, '--outbox');
  requireWritable(checkpointDir, '--checkpoints');
  const serving = await serve({
    redis: options.redis,
    engine: options.engine,
    devices,
    threads: options.threads,
    env,
    checkpointDir,
    checkpointCapBytes: options.checkpoints === undefined ? options.checkpointCap : 0,
    outboxDir,
    log: io.err,
    heartbeatMs: options.beat * 1000,
  });
  const stopSignals = listenForStop({ onHurry: () => serving.kill() });
  const stopped = new Promise<void>((resolve) => {
    if (stopSignals.signal.aborted) resolve();
    else stopSignals.signal.addEventListener('abort', () => resolve());
  });
  io.err(`Worker ${serving.worker}: engine ${options.engine} on ${devices.join(', ')}`);
  try {
    const why = await Promise.race([stopped, serving.ended]);
    if (why !== undefined) {
      throw new ScalesweepError('DEVICE_UNAVAILABLE', `Expected a device that works, got none: ${why}`, {
        hint: 'scalesweep doctor says what this machine lacks. Other workers take its trials.',
      });
    }
    io.err('Stopping: each trial is handed back at its next checkpoint (Ctrl-C again to stop at once)');
  } finally {
    await serving.stop();
    stopSignals.release();
  }
  if (options.json === true) printJson(io, { worker: serving.worker, engine: options.engine, devices });
  return EXIT.done;
}
