import type { WorkerEvent } from '../contract/index.ts';
import { PROTOCOL_VERSION, type FromWorker } from './protocol.ts';

/** How long an event may wait for company. One message for many events is what keeps tiny trials cheap. */
const HOLD_MS = 5;

export interface Outgoing {
  /** Never blocks, never throws. */
  readonly push: (event: WorkerEvent) => void;
  readonly flush: () => void;
}

/** Gathers events and sends them in batches: after {@link HOLD_MS}, or when flushed. */
export function makeOutgoing(send: (message: FromWorker) => void): Outgoing {
  let events: WorkerEvent[] = [];
  let oldest = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (events.length === 0) return;
    const message: FromWorker = { v: PROTOCOL_VERSION, type: 'events', events, rssBytes: process.memoryUsage.rss() };
    events = [];
    try {
      send(message);
    } catch {
      // The channel is closed: `disconnect` is on its way, and with it our end.
    }
  };
  return {
    flush,
    push: (event) => {
      const now = performance.now();
      if (events.length === 0) oldest = now;
      events.push(event);
      // A timer alone would be late: an engine may block the event loop for seconds.
      if (now - oldest >= HOLD_MS) flush();
      else timer ??= setTimeout(flush, HOLD_MS);
    },
  };
}
