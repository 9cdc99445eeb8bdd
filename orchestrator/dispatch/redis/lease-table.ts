import { attemptKey } from '../../../worker/remote/index.ts';

/** An attempt that was handed out and has not ended. */
export interface OpenAttempt {
  readonly trial: string;
  readonly attempt: number;
  readonly predictedSeconds: number;
  /** The job that carries it; of an attempt that an earlier orchestrator handed out it may not be known. */
  job: string | undefined;
  /** A worker has it, or had it: if it is lost now, a host is. */
  isTaken: boolean;
  /** When a sign of it was last seen: waiting in its queue, in a heartbeat that was new, or an event. ms, monotonic. */
  seenAt: number;
}

/**
 * The leases. An attempt is lost when no sign of it was seen for as long as a lease, while Redis was there to be looked at. Only
 * intervals of this process's own clock count; clocks of other machines are not asked.
 */
export interface LeaseTable {
  open(attempt: Omit<OpenAttempt, 'seenAt'>, now: number): void;
  get(key: string): OpenAttempt | undefined;
  all(): IterableIterator<OpenAttempt>;
  size(): number;
  /** A sign of life. */
  seen(key: string, now: number, isTaken: boolean): void;
  /** Redis was away until now: nothing could be seen, so nothing is proven by its absence. */
  blindUntil(now: number): void;
  /** False if it was not open. */
  end(key: string): boolean;
  /** Attempts without a sign for longer than a lease. */
  lost(now: number): OpenAttempt[];
}

export function makeLeaseTable(leaseMs: number): LeaseTable {
  const open = new Map<string, OpenAttempt>();
  return {
    open: (attempt, now) => void open.set(attemptKey(attempt.trial, attempt.attempt), { ...attempt, seenAt: now }),
    get: (key) => open.get(key),
    all: () => open.values(),
    size: () => open.size,
    seen: (key, now, isTaken) => {
      const attempt = open.get(key);
      if (attempt === undefined) return;
      attempt.seenAt = now;
      attempt.isTaken ||= isTaken;
    },
    blindUntil: (now) => {
      for (const attempt of open.values()) attempt.seenAt = now;
    },
    end: (key) => open.delete(key),
    lost: (now) => [...open.values()].filter(({ seenAt }) => now - seenAt > leaseMs),
  };
}
