/**
 * Events in the form in which processes exchange them. A worker's environment is half of the bytes of a tiny trial, and the same for all trials of a
 * message: of `started` events in a row with one environment, the first alone carries it. A message is whole in itself, so what becomes of
 * those before it does not matter.
 */
import { z } from 'zod';
import { startedEvent, workerEvent, type WorkerEvent } from './event.ts';

const wireEventForm = z.discriminatedUnion('type', [
  startedEvent.partial({ environment: true }),
  ...workerEvent.options.filter((option) => option !== startedEvent),
]);
type WireEvent = z.infer<typeof wireEventForm>;
type Environment = Readonly<Record<string, string>>;

/** Events of one message, at least one; on arrival each `started` has its environment. */
export const wireEvents = z
  .array(wireEventForm)
  .min(1)
  .transform((events, context): WorkerEvent[] => {
    const whole = unpackEvents(events);
    if (whole !== undefined) return whole;
    context.addIssue('expected the environment with the first attempt that started, got none');
    return z.NEVER;
  });

/** Leaves out each environment that says the same as that of the `started` before it. */
export function packEvents(events: readonly WorkerEvent[]): WireEvent[] {
  let known: Environment | undefined;
  return events.map((event) => {
    if (event.type !== 'started') return event;
    const { environment, ...rest } = event;
    if (known !== undefined && isSame(known, environment)) return rest;
    known = environment;
    return event;
  });
}

/** By content: engines make an environment for each trial. */
function isSame(one: Environment, other: Environment): boolean {
  if (one === other) return true;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** `undefined` where the first environment is missing. */
export function unpackEvents(events: readonly WireEvent[]): WorkerEvent[] | undefined {
  let environment: Environment | undefined;
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
