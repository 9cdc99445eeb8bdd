import type { Redis } from 'ioredis';
import type { WorkerEvent } from '../../../contract/index.ts';
import { keys } from '../../../worker/remote/index.ts';
import type { Book } from './book.ts';
import { makeMailbox } from './mailbox.ts';

/** Letters taken from Redis at a time. */
const AT_A_TIME = 64;
/** How long an acknowledgement is kept for a worker that is away, ms. */
const ACK_KEPT_MS = 7 * 24 * 3600_000;

export interface LettersOptions {
  readonly redis: Redis;
  /** Another connection, for the command that waits. */
  readonly reading: Redis;
  /** Names the store. */
  readonly store: string;
  readonly book: Pick<Book, 'take'>;
  readonly log: (text: string) => void;
  readonly isOver: () => boolean;
}

/** What workers write to a store, and the answer that it is stored. */
export interface Letters {
  /** Takes what lies there, or waits a second for it; whether anything came. */
  read(): Promise<boolean>;
  /** Tells workers up to where their letters are stored. */
  readonly acknowledge: () => Promise<void>;
}

/** What one worker said in a round of letters. */
interface Words {
  readonly events: WorkerEvent[];
  /** Number of the last letter. */
  seq: number | undefined;
}

export function openLetters({ redis, reading, store, book, log, isOver }: LettersOptions): Letters {
  const key = keys.letters(store);
  const mailbox = makeMailbox();
  let refused = 0;

  const sort = (texts: readonly string[]): Map<string, Words> => {
    const byWorker = new Map<string, Words>();
    for (const text of texts) {
      const reception = mailbox.receive(text);
      if (reception.act === 'take') {
        const { worker, seq, events } = reception;
        const words = byWorker.get(worker) ?? { events: [], seq: undefined };
        words.events.push(...events);
        words.seq = seq ?? words.seq;
        byWorker.set(worker, words);
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
        book.take(worker, events, () => {
          if (seq !== undefined) mailbox.stored(worker, seq);
        });
      }
      return true;
    },
    acknowledge: async () => {
      const due = mailbox.takeDue();
      if (due.size === 0) return;
      const multi = redis.multi();
      for (const [worker, seq] of due)
        multi.hset(keys.acks(worker), store, seq).pexpire(keys.acks(worker), ACK_KEPT_MS);
      await multi.exec().catch((error: unknown) => {
        mailbox.putBack(due);
        throw error;
      });
    },
  };
}
