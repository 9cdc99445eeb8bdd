import type { Redis } from 'ioredis';
import type { EngineName } from '../../../contract/index.ts';
import { keys, WIRE_VERSION, type Beat } from '../../../worker/remote/index.ts';
import type { Book } from './book.ts';
import type { Jobs } from './jobs.ts';
import type { Ledger } from './ledger.ts';
import type { Give } from './orders.ts';
import type { Roster } from './roster.ts';

export interface LeasesOptions {
  readonly redis: Redis;
  readonly store: string;
  readonly engine: EngineName;
  /** Names this orchestrator. */
  readonly reader: string;
  readonly leaseMs: number;
  readonly tickMs: number;
  readonly jobs: Jobs;
  readonly roster: Roster;
  readonly ledger: Ledger;
  readonly book: Book;
  readonly give: Give;
  /** Monotonic, ms. */
  readonly clock: () => number;
  readonly isOver: () => boolean;
}

/** Looks after the attempts that are elsewhere: who holds them, which wait, which are lost. */
export interface Leases {
  /** Looks at beats and queue, says which attempts are lost, and returns the number of lanes that work; `undefined` when over meanwhile. */
  look(): Promise<number | undefined>;
  /** Redis was away: nothing seen until the next look proves anything. */
  readonly blind: () => void;
}

export function makeLeases(options: LeasesOptions): Leases {
  const { redis, store, engine, reader, leaseMs, tickMs, jobs, roster, ledger, book, give, clock, isOver } = options;
  let isBlind = false;
  let lookedAt = clock();

  const heed = async (each: Beat): Promise<void> => {
    const now = clock();
    const holding = each.holding[store] ?? [];
    for (const key of [...holding, ...(each.unacked[store] ?? [])]) ledger.seen(key, now, true);
    // Superseded while its worker was away: what it does there is for nobody.
    const superseded = holding.filter((key) => book.isSuperseded(key));
    if (superseded.length > 0) await give(each.worker, { v: WIRE_VERSION, type: 'drop', store, attempts: superseded });
  };

  /** What no beat has named yet: it may wait in the queue, or have been taken a moment ago. */
  const lookForJobs = async (): Promise<void> => {
    const unheld = [...ledger.all()].filter(({ job, isTaken }) => job !== undefined && !isTaken);
    const where = await jobs.where([...new Set(unheld.map(({ job }) => job!))]);
    const now = clock();
    for (const attempt of unheld) {
      const place = where.get(attempt.job!);
      if (place === 'waiting') attempt.seenAt = now;
      else if (place === 'taken') attempt.isTaken = true;
    }
  };

  const reap = (): void => {
    const lost = ledger.lost(clock());
    if (lost.length === 0) return;
    const jobsOfLost = new Set(lost.flatMap(({ job }) => (job === undefined ? [] : [job])));
    const taken = lost.filter(({ isTaken }) => isTaken);
    book.declare(taken, 'host-lost', `No sign of its worker for ${Math.round(leaseMs / 1000)} s`);
    book.declare(
      lost.filter(({ isTaken }) => !isTaken),
      'interrupted',
      'Lost on its way to a worker',
    );
    const inUse = new Set([...ledger.all()].map(({ job }) => job));
    for (const job of jobsOfLost) if (!inUse.has(job)) jobs.discard(job).catch(() => undefined);
  };

  return {
    look: async () => {
      await redis.set(keys.reader(store), reader, 'PX', Math.max(10_000, tickMs * 5));
      const beats = await roster.look(clock());
      if (isOver()) return undefined;
      // Not having looked for a while (Redis was away, or this process was stopped) proves nothing about the workers.
      if (isBlind || clock() - lookedAt > leaseMs / 2) ledger.blindUntil(clock());
      isBlind = false;
      lookedAt = clock();
      for (const each of beats) await heed(each);
      await lookForJobs();
      if (isOver()) return undefined;
      reap();
      return roster
        .alive(engine, clock())
        .reduce((sum, each) => sum + each.lanes.filter(({ state }) => state !== 'retired').length, 0);
    },
    blind: () => {
      isBlind = true;
    },
  };
}
