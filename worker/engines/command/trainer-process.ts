import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { messageOf, ScalesweepError } from '../../../contract/index.ts';
import { kernelOomKills, type Exit } from '../../child/exit-cause.ts';
import { usableMemory } from '../../process/machine.ts';
import { makeEventsPipe } from './events-pipe.ts';
import { inherited } from './inherited.ts';
import { killLeftBehind, sendSignal, startGuard } from './left-behind.ts';
import type { LogFile } from './log-file.ts';
import { EVENTS_FD, TRAINER_ENV, TRAINER_PROTOCOL } from './protocol.ts';

/** How long a pipe may stay open once all that was found of a trainer is gone, ms. */
const PIPES_MS = 2000;
const MEMORY_MS = 1000;

export interface TrainerOptions {
  /** The program and its arguments; no shell reads them. */
  readonly argv: readonly string[];
  /** Path of the trial's file. */
  readonly task: string;
  readonly threads: number;
  /** A folder of this attempt alone. */
  readonly folder: string;
  readonly log: LogFile;
}

export interface TrainerProcess {
  readonly pid: number;
  /** What it writes to the descriptor of events. */
  readonly events: AsyncIterable<Buffer>;
  /** Asks it to save its state and end. */
  terminate(): void;
  /** Ends it, and all that it started, at once. */
  kill(): void;
  /** Peak resident memory as far as seen, bytes; `null` where the system does not say. */
  peakBytes(): number | null;
  /** Resolves when it and all that it started are gone. Never rejects. */
  readonly ended: Promise<Exit>;
}

/** @throws {ScalesweepError} DEVICE_UNAVAILABLE when the program cannot be started. */
export async function startTrainer({ argv, task, threads, folder, log }: TrainerOptions): Promise<TrainerProcess> {
  const mark = randomUUID();
  const guard = startGuard(mark);
  const pipe = await makeEventsPipe(folder);
  const oomKillsBefore = kernelOomKills();
  const [file, ...args] = argv;
  const child = spawn(file!, args, {
    // Leader of its own process group, by which all that it starts can be killed.
    detached: true,
    shell: false,
    stdio: ['ignore', 'pipe', 'pipe', pipe?.writeEnd ?? 'pipe'],
    env: {
      OMP_NUM_THREADS: String(threads),
      ...inherited(process.env),
      [TRAINER_ENV.trial]: task,
      [TRAINER_ENV.events]: String(EVENTS_FD),
      [TRAINER_ENV.eventsPath]: pipe?.path,
      [TRAINER_ENV.protocol]: String(TRAINER_PROTOCOL),
      [TRAINER_ENV.attempt]: mark,
    },
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    guard.dismiss();
    pipe?.close();
    pipe?.events.destroy();
    throw new ScalesweepError('DEVICE_UNAVAILABLE', `Expected to start ${file}, got ${messageOf(error)}`, {
      hint: 'Is it there, may it be executed, and does its first line name its interpreter (#!/usr/bin/env python3)?',
      cause: error,
    });
  }
  const pid = child.pid!;
  guard.watch(pid);
  const [, stdout, stderr, descriptor] = child.stdio as unknown as readonly [null, Readable, Readable, Readable];
  const events = pipe?.events ?? descriptor;
  const pumps = [stdout, stderr].map((stream) => pump(stream, log));
  const memory = watchMemory(pid);

  const ended = (async (): Promise<Exit> => {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    memory.stop();
    await killLeftBehind(pid, mark);
    guard.dismiss();
    pipe?.close();
    await Promise.race([Promise.all(pumps), sleep(PIPES_MS)]);
    // Held open by a process that has left the group and cleared the mark: its output is ignored.
    for (const stream of [stdout, stderr]) stream.destroy();
    if (!events.readableEnded) setTimeout(() => events.destroy(), PIPES_MS).unref();
    const after = kernelOomKills();
    return {
      code,
      signal,
      stderr: log.tail(),
      rssBytes: memory.last(),
      oomKills: oomKillsBefore === null || after === null ? null : after - oomKillsBefore,
      totalBytes: usableMemory(),
    };
  })();

  return {
    pid,
    events,
    terminate: () => sendSignal(pid, 'SIGTERM'),
    kill: () => sendSignal(-pid, 'SIGKILL'),
    peakBytes: memory.peak,
    ended,
  };
}

async function pump(stream: Readable, log: LogFile): Promise<void> {
  try {
    for await (const chunk of stream) await log.write(chunk as Buffer);
  } catch {
    // Cut off with its process.
  }
}

function watchMemory(pid: number): { last: () => number; peak: () => number | null; stop: () => void } {
  let last = 0;
  let peak: number | null = null;
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const bytes = (field: string): number | undefined => {
        const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
        return match === null ? undefined : Number(match[1]) * 1024;
      };
      last = bytes('VmRSS') ?? last;
      peak = bytes('VmHWM') ?? peak;
    } catch {
      // No /proc here, or it has just ended.
    }
  };
  const timer = setInterval(look, MEMORY_MS);
  timer.unref();
  return {
    last: () => last,
    peak: () => {
      look();
      return peak;
    },
    stop: () => clearInterval(timer),
  };
}
