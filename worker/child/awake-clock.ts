/** Time as those are judged by who must give signs of life, by a watcher that may be stopped itself. */
export interface AwakeClock {
  /** Time for which the watcher was on time, ms. */
  readonly now: () => number;
  /**
   * To be called at every look. True when the look came so late that the watcher itself stood still (Ctrl-Z, a frozen container, a
   * paused machine): those it watches may have stood still with it, and what they said meanwhile is unread, so their silence proves nothing.
   */
  readonly isLate: () => boolean;
}

export interface AwakeClockOptions {
  /** Between two looks, ms. */
  readonly everyMs: number;
  /** Later than this, the watcher stood still, ms. @defaultValue one interval, and at least a second */
  readonly lateMs?: number;
  /** Monotonic, ms. */
  readonly now?: () => number;
}

/**
 * A clock that counts time only while its owner looks on time: what a look is late by is left out. Every rule that judges by
 * silence (trainers, worker processes, leases) takes its time from one.
 */
export function makeAwakeClock(options: AwakeClockOptions): AwakeClock {
  const { everyMs, lateMs = Math.max(1000, everyMs), now = () => performance.now() } = options;
  let lookedAt = now();
  let missed = 0;
  return {
    now: () => now() - missed,
    isLate: () => {
      const late = now() - lookedAt - everyMs;
      lookedAt = now();
      // A timer that is late by less is a busy machine.
      if (late > everyMs) missed += late;
      return late > lateMs;
    },
  };
}
