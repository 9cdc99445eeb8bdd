import type { Redis } from 'ioredis';
import { timerMs, type WorkerEvent } from '../../contract/index.ts';
import { makeNotice } from './notice.ts';
import type { Outbox } from './outbox.ts';
import { keys, WIRE_VERSION } from './wire.ts';

/** Messages of one store on their way at most: what waits in Redis stays small, however much is in the outbox. */
const WINDOW = 256;

interface OutboxSenderOptions {
  readonly redis: Redis;
  readonly outbox: Outbox;
  /** Between two looks for acknowledgements while any are due, ms. */
  readonly pollMs: number;
  /** Without news of a message for this long, it is sent again, ms. */
  readonly resendMs: number;
  readonly log: (text: string) => void;
  readonly now: () => number;
}

interface OutboxSender {
  /** Keeps the events until they are stored, and sends them. @throws what the outbox throws. */
  keepAndSend(store: string, events: readonly WorkerEvent[]): void;
  /** Sends, if it can be sent now, and forgets. */
  sendOnce(store: string, events: readonly WorkerEvent[]): void;
  /** Resolves when every message of a store with a reader is stored, or after `ms`. */
  flushed(ms: number): Promise<void>;
  close(): void;
}

interface Line {
  /** Number of the last message sent since the reader came. */
  sent: number;
  /** Id of the orchestrator that reads, as last seen; `undefined` before the first look. */
  reader: string | null | undefined;
  /** When an acknowledgement last came, or sending began. */
  heardAt: number;
}

/**
 * Brings messages from the outbox to the orchestrator, in order and at least once: it keeps them until they are acknowledged as
 * stored, sends again what a Redis has lost, and sends nothing while nobody reads, so that an orchestrator away for days
 * costs Redis nothing.
 */
export function makeOutboxSender({ redis, outbox, pollMs, resendMs, log, now }: OutboxSenderOptions): OutboxSender {
  const lines = new Map<string, Line>();
  let isPumping = false;
  let isAskedAgain = false;
  const closing = new AbortController();
  const isClosed = (): boolean => closing.signal.aborted;
  const tell = (text: string): void => {
    if (!isClosed()) log(text);
  };
  const sending = makeNotice({
    log: tell,
    failing: 'Messages wait in the outbox',
    again: 'Messages are sent from the outbox again',
  });
  const polling = makeNotice({
    log: tell,
    failing: 'Cannot ask which messages are stored',
    again: 'It can be asked again which messages are stored',
  });

  const lineOf = (store: string): Line => {
    const line = lines.get(store) ?? { sent: outbox.position(store).acked, reader: undefined, heardAt: now() };
    lines.set(store, line);
    return line;
  };

  const messageOfEvents = (seq: number | null, acked: number, events: string): string =>
    `{"v":${WIRE_VERSION},"worker":${JSON.stringify(outbox.worker)},"seq":${seq},"acked":${acked},"events":${events}}`;

  /** Sends what is new for stores with a reader. One at a time, so that messages keep their order. */
  const pump = async (): Promise<void> => {
    if (isPumping) {
      isAskedAgain = true;
      return;
    }
    isPumping = true;
    try {
      do {
        isAskedAgain = false;
        for (const { store, last, acked } of outbox.positions()) await send(store, last, acked);
      } while (isAskedAgain && !isClosed());
    } catch (error) {
      sending.failed(error);
    } finally {
      isPumping = false;
    }
  };

  const send = async (store: string, last: number, acked: number): Promise<void> => {
    const line = lineOf(store);
    if (line.reader === null || isClosed()) return;
    line.sent = Math.max(line.sent, acked);
    const room = WINDOW - (line.sent - acked);
    if (line.sent >= last || room <= 0) return;
    const messages = outbox.after(store, line.sent, room);
    if (line.sent === acked) line.heardAt = now();
    const newest = messages.at(-1)!.seq;
    const before = line.sent;
    line.sent = newest;
    try {
      await redis.rpush(
        keys.messages(store),
        ...messages.map(({ seq, events }) => messageOfEvents(seq, acked, events)),
      );
      sending.worked();
    } catch (error) {
      line.sent = Math.min(line.sent, before);
      throw error;
    }
  };

  /** Asks who reads and what is stored. */
  const poll = async (): Promise<void> => {
    const due = outbox.positions();
    const stores = new Set([...due.map(({ store }) => store), ...lines.keys()]);
    if (stores.size === 0) return;
    for (const store of stores) {
      const [reader, ack] = await Promise.all([
        redis.get(keys.reader(store)),
        redis.hget(keys.acks(outbox.worker), store),
      ]);
      if (isClosed()) return;
      const line = lineOf(store);
      const { acked } = outbox.position(store);
      if (ack !== null && Number(ack) > acked) {
        outbox.ack(store, Number(ack));
        line.heardAt = now();
      }
      const isNewReader = reader !== null && reader !== line.reader;
      const isOverdue = line.sent > outbox.position(store).acked && now() - line.heardAt > resendMs;
      // A new orchestrator may have missed what its predecessor took and did not store; an overdue message was lost.
      if ((isNewReader && line.reader !== undefined) || isOverdue) {
        line.sent = outbox.position(store).acked;
        line.heardAt = now();
      }
      line.reader = reader;
      const { last, acked: settled } = outbox.position(store);
      if (reader === null && last === settled) lines.delete(store);
    }
    await pump();
  };

  let isPolling = false;
  const timer = setInterval(() => {
    if (isPolling) return;
    isPolling = true;
    void poll()
      .then(polling.worked, polling.failed)
      .finally(() => (isPolling = false));
  }, timerMs(pollMs));
  timer.unref();

  return {
    keepAndSend: (store, events) => {
      outbox.append(store, events);
      void pump();
    },
    sendOnce: (store, events) => {
      if (isClosed() || redis.status !== 'ready' || lineOf(store).reader === null) return;
      const message = messageOfEvents(null, outbox.position(store).acked, JSON.stringify(events));
      redis.rpush(keys.messages(store), message).then(sending.worked, sending.failed);
    },
    flushed: async (ms) => {
      const end = now() + ms;
      const isDue = (): boolean => outbox.positions().some(({ store }) => lines.get(store)?.reader !== null);
      while (isDue() && now() < end && redis.status === 'ready')
        await new Promise((resolve) => setTimeout(resolve, 50));
    },
    close: () => {
      closing.abort();
      clearInterval(timer);
    },
  };
}
