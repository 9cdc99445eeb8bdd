import type { Redis } from 'ioredis';
import type { EngineName } from '../../../contract/index.ts';
import type { AwakeClock } from '../../../worker/index.ts';
import { keys, WIRE_VERSION, type Heartbeat } from '../../../worker/remote/index.ts';
import type { AttemptTracker } from './attempt-tracker.ts';
import type { Jobs } from './jobs.ts';
import type { LeaseTable } from './lease-table.ts';
import type { SendControl } from './send-control.ts';
import type { WorkerRegistry } from './worker-registry.ts';

interface LeaseMonitorOptions {
  readonly redis: Redis;
  readonly store: string;
  readonly engine: EngineName;
  /** Names this orchestrator. */
  readonly reader: string;
  readonly leaseMs: number;
  readonly tickMs: number;
  readonly jobs: Jobs;
  readonly registry: WorkerRegistry;
  readonly leases: LeaseTable;
  readonly tracker: AttemptTracker;
  readonly sendControl: SendControl;
  /** Stands still while this process does. */
  readonly clock: AwakeClock;
  readonly isOver: () => boolean;
}

/** Looks after the attempts that are elsewhere: who holds them, which wait, which are lost. */
interface LeaseMonitor {
  /** Looks at heartbeats and queue, says which attempts are lost, and returns the number of slots that work; `undefined` when over meanwhile. */
  look(): Promise<number | undefined>;
  /** Redis was away: nothing seen until the next look proves anything. */
  readonly blind: () => void;
}

export function makeLeaseMonitor(options: LeaseMonitorOptions): LeaseMonitor {
  const { redis, store, engine, reader, leaseMs, tickMs, jobs, registry, leases, tracker, sendControl, clock, isOver } =
    options;
  let isBlind = false;
  /** Jobs of lost workers: each can be removed when the lock of its worker has expired. */
  const leftOver = new Set<string>();

  const renewLeases = async (each: Heartbeat): Promise<void> => {
    const now = clock.now();
    const holding = each.holding[store] ?? [];
    for (const key of [...holding, ...(each.unacked[store] ?? [])]) leases.seen(key, now, true);
    // Superseded while its worker was away: what it does there is for nobody.
    const superseded = holding.filter((key) => tracker.isSuperseded(key));
    if (superseded.length > 0)
      await sendControl(each.worker, { v: WIRE_VERSION, type: 'drop', store, attempts: superseded });
  };

  /** What no heartbeat has named yet: it may wait in the queue, or have been taken a moment ago. */
  const lookForJobs = async (): Promise<void> => {
    const unheld = [...leases.all()].filter(({ job, isTaken }) => job !== undefined && !isTaken);
    const where = await jobs.where([...new Set(unheld.map(({ job }) => job!))]);
    const now = clock.now();
    for (const attempt of unheld) {
      const place = where.get(attempt.job!);
      if (place === 'waiting') attempt.seenAt = now;
      else if (place === 'taken') attempt.isTaken = true;
    }
  };

  const reap = (): void => {
    const lost = leases.lost(clock.now());
    if (lost.length === 0) return;
    const jobsOfLost = new Set(lost.flatMap(({ job }) => (job === undefined ? [] : [job])));
    const taken = lost.filter(({ isTaken }) => isTaken);
    tracker.declare(taken, 'host-lost', `No sign of its worker for ${Math.round(leaseMs / 1000)} s`);
    tracker.declare(
      lost.filter(({ isTaken }) => !isTaken),
      'interrupted',
      'Lost on its way to a worker',
    );
    const inUse = new Set([...leases.all()].map(({ job }) => job));
    for (const job of jobsOfLost) if (!inUse.has(job)) leftOver.add(job);
  };

  const removeLeftOver = async (): Promise<void> => {
    for (const job of leftOver) if (await jobs.remove(job)) leftOver.delete(job);
  };

  return {
    look: async () => {
      await redis.set(keys.reader(store), reader, 'PX', Math.max(10_000, tickMs * 5));
      const heartbeats = await registry.look(clock.now());
      if (isOver()) return undefined;
      // Not having looked for a while (Redis was away, or this process was stopped) proves nothing about the workers.
      if (clock.isLate() || isBlind) leases.blindUntil(clock.now());
      isBlind = false;
      for (const each of heartbeats) await renewLeases(each);
      await lookForJobs();
      if (isOver()) return undefined;
      reap();
      await removeLeftOver();
      return registry
        .alive(engine, clock.now())
        .reduce((sum, each) => sum + each.lanes.filter(({ state }) => state !== 'retired').length, 0);
    },
    blind: () => {
      isBlind = true;
    },
  };
}
