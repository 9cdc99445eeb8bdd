import type { Redis } from 'ioredis';
import type { WorkerEvent } from '../../../contract/index.ts';
import { execAll, keys } from '../../../worker/remote/index.ts';
import type { AttemptTracker } from './attempt-tracker.ts';
import { makeMessageSequencer } from './message-sequencer.ts';

/** Messages taken from Redis at a time. */
const AT_A_TIME = 64;
/** How long an acknowledgement is kept for a worker that is away, ms. */
const ACK_KEPT_MS = 7 * 24 * 3600_000;

interface InboxOptions {
  readonly redis: Redis;
  /** Another connection, for the command that waits. */
  readonly reading: Redis;
  /** Names the store. */
  readonly store: string;
  readonly tracker: Pick<AttemptTracker, 'take'>;
  readonly log: (text: string) => void;
  readonly isOver: () => boolean;
}

/** What workers write to a store, and the answer that it is stored. */
interface Inbox {
  /** Takes what lies there, or waits a second for it; whether anything came. */
  read(): Promise<boolean>;
  /** Tells workers up to where their messages are stored. */
  readonly acknowledge: () => Promise<void>;
}

/** What one worker said in a round of messages. */
interface Received {
  readonly events: WorkerEvent[];
  /** Number of the last message. */
  seq: number | undefined;
}

export function openInbox({ redis, reading, store, tracker, log, isOver }: InboxOptions): Inbox {
  const key = keys.messages(store);
  const sequencer = makeMessageSequencer();
  let refused = 0;

  const sort = (texts: readonly string[]): Map<string, Received> => {
    const byWorker = new Map<string, Received>();
    for (const text of texts) {
      const reception = sequencer.receive(text);
      if (reception.act === 'take') {
        const { worker, seq, events } = reception;
        const received = byWorker.get(worker) ?? { events: [], seq: undefined };
        received.events.push(...events);
        received.seq = seq ?? received.seq;
        byWorker.set(worker, received);
      } else if (reception.act === 'refuse' && ++refused <= 3) {
        log(`Refused ${reception.reason} (no worker of this version wrote it)`);
      }
    }
    return byWorker;
  };

  return {
    read: async () => {
      const first = await reading.blpop(key, 1);
      if (first === null) return false;
      const more = (await redis.lpop(key, AT_A_TIME)) ?? [];
      if (isOver()) return false;
      // All that a worker has said goes to the store at once: with tiny trials, transactions are what the time goes into.
      for (const [worker, { events, seq }] of sort([first[1], ...more])) {
        tracker.take(worker, events, () => {
          if (seq !== undefined) sequencer.stored(worker, seq);
        });
      }
      return true;
    },
    acknowledge: async () => {
      const due = sequencer.takeDue();
      if (due.size === 0) return;
      const multi = redis.multi();
      for (const [worker, seq] of due)
        multi.hset(keys.acks(worker), store, seq).pexpire(keys.acks(worker), ACK_KEPT_MS);
      await execAll(multi).catch((error: unknown) => {
        sequencer.putBack(due);
        throw error;
      });
    },
  };
}
