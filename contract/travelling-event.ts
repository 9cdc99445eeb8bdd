/**
 * Events on their way from process to process. A worker's environment is half of what a tiny trial has to say, and the same for all trials of a
 * message: of `started` events in a row with one environment, the first alone carries it. A message or letter is whole in itself, so what becomes of
 * those before it does not matter.
 */
import { z } from 'zod';
import { startedEvent, workerEvent, type WorkerEvent } from './event.ts';

const travellingEvent = z.discriminatedUnion('type', [
  startedEvent.partial({ environment: true }),
  ...workerEvent.options.filter((option) => option !== startedEvent),
]);
type TravellingEvent = z.infer<typeof travellingEvent>;

/** Events of one message, at least one; on arrival each `started` has its environment. */
export const travellingEvents = z
  .array(travellingEvent)
  .min(1)
  .transform((events, context): WorkerEvent[] => {
    const whole = unpackEvents(events);
    if (whole !== undefined) return whole;
    context.addIssue('expected the environment with the first attempt that started, got none');
    return z.NEVER;
  });

/** Leaves out each environment that is the very object of the `started` before it. */
export function packEvents(events: readonly WorkerEvent[]): TravellingEvent[] {
  let known: WorkerEvent | undefined;
  return events.map((event) => {
    if (event.type !== 'started') return event;
    const isKnown = known?.type === 'started' && known.environment === event.environment;
    known = event;
    if (!isKnown) return event;
    const { environment: _environment, ...rest } = event;
    return rest;
  });
}

/** `undefined` where the first environment is missing. */
export function unpackEvents(events: readonly TravellingEvent[]): WorkerEvent[] | undefined {
  let environment: Readonly<Record<string, string>> | undefined;
  const whole: WorkerEvent[] = [];
  for (const event of events) {
    if (event.type !== 'started') {
      whole.push(event);
      continue;
    }
    environment = event.environment ?? environment;
    if (environment === undefined) return undefined;
    whole.push({ ...event, environment });
  }
  return whole;
}
