import { timerMs } from '../../contract/index.ts';
import { makeAwakeClock } from './awake-clock.ts';

export interface Watchdog {
  /** A sign of life. */
  readonly heard: () => void;
  readonly stop: () => void;
}

export interface WatchdogOptions {
  /** How long a silence is accepted now, ms; `undefined` while nothing is expected. */
  readonly limitMs: () => number | undefined;
  /** Called after each silence of that length. */
  readonly onSilence: (limitMs: number) => void;
  /** Between two looks, ms. */
  readonly everyMs: number;
  /** Monotonic, ms. */
  readonly now?: () => number;
}

/**
 * Calls when nothing was heard for too long, counting only time in which it was itself on time: one that was stopped gives a fresh
 * window. Before it calls, it lets in what already lies in the pipes.
 */
export function startWatchdog({ limitMs, onSilence, everyMs, now }: WatchdogOptions): Watchdog {
  const interval = timerMs(everyMs);
  const clock = makeAwakeClock({ everyMs: interval, ...(now === undefined ? {} : { now }) });
  let heardAt = clock.now();
  let confirming: NodeJS.Immediate | undefined;

  const silentFor = (): number | undefined => {
    const limit = limitMs();
    return limit !== undefined && clock.now() - heardAt >= limit ? limit : undefined;
  };

  const timer = setInterval(() => {
    if (clock.isLate()) heardAt = clock.now();
    if (silentFor() === undefined) return;
    // Timers come before input in a turn of the event loop, and this after it.
    confirming ??= setImmediate(() => {
      confirming = undefined;
      const limit = silentFor();
      if (limit === undefined) return;
      heardAt = clock.now();
      onSilence(limit);
    });
  }, interval);
  timer.unref();

  return {
    heard: () => {
      heardAt = clock.now();
    },
    stop: () => {
      clearInterval(timer);
      clearImmediate(confirming);
    },
  };
}

/** Calls once, after so much time in which this process was not itself stopped. Returns what cancels it. */
export function afterAwake(ms: number, act: () => void): () => void {
  const watchdog = startWatchdog({
    limitMs: () => ms,
    onSilence: () => {
      watchdog.stop();
      act();
    },
    everyMs: Math.min(1000, ms / 4),
  });
  return () => watchdog.stop();
}
