import { packEvents, type WorkerEvent } from '../../contract/index.ts';
import { PROTOCOL_VERSION, type FromWorkerSent } from '../protocol/protocol.ts';
import { residentMemory } from './resident-memory.ts';

/** Messages are at least this far apart, ms: many events in one message is what keeps tiny trials cheap. */
const APART_MS = 20;
/** Unless so many have gathered: whoever hands out trials should hear of room before there is nothing left to do. */
const MOST_EVENTS = 192;

interface EventSender {
  /** Never blocks, never throws. */
  readonly push: (event: WorkerEvent) => void;
  readonly flush: () => void;
}

/**
 * Sends the first event after a pause at once, and gathers what follows within {@link APART_MS}. At once, because an engine may block
 * the event loop for seconds right after `started`, and a timer would not fire.
 */
export function makeEventSender(send: (message: FromWorkerSent) => void): EventSender {
  let events: WorkerEvent[] = [];
  let lastSent = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (events.length === 0) return;
    const message: FromWorkerSent = {
      v: PROTOCOL_VERSION,
      type: 'events',
      events: packEvents(events),
      rssBytes: residentMemory(),
    };
    events = [];
    lastSent = performance.now();
    try {
      send(message);
    } catch {
      // The channel is closed: `disconnect` is on its way, and with it our end.
    }
  };
  return {
    flush,
    push: (event) => {
      events.push(event);
      if (events.length >= MOST_EVENTS || performance.now() - lastSent >= APART_MS) flush();
      else timer ??= setTimeout(flush, APART_MS);
    },
  };
}
