import type { EpochMetrics, WorkerEvent } from '../../contract/index.ts';
import type { SweepStore } from './sweep-store.ts';

/** Events that the store takes in one transaction. */
export type EventGroup = { readonly head: WorkerEvent; readonly epochs: readonly EpochMetrics[] };

/** Joins neighbouring epoch events of one attempt; every other event is a group by itself. */
export function groupEvents(events: readonly WorkerEvent[]): EventGroup[] {
  const groups: { head: WorkerEvent; epochs: EpochMetrics[] }[] = [];
  for (const event of events) {
    const last = groups.at(-1);
    if (event.type !== 'epoch') groups.push({ head: event, epochs: [] });
    else if (last?.head.type === 'epoch' && last.head.trial === event.trial && last.head.attempt === event.attempt) {
      last.epochs.push(event.metrics);
    } else groups.push({ head: event, epochs: [event.metrics] });
  }
  return groups;
}

/**
 * Stores what happened before the end of an attempt. The end is judged by the sweep loop.
 *
 * @param isEnding the end is among what the store takes in this transaction.
 */
export function recordEvents(
  store: SweepStore,
  { head, epochs }: EventGroup,
  worker: string,
  now: number,
  isEnding: boolean,
): void {
  switch (head.type) {
    case 'started': {
      const { engine, device, pid, resumedFromStep, totalSteps, environment, note } = head;
      store.recordStarted(head.trial, head.attempt, {
        worker,
        engine,
        device,
        pid,
        resumedFromStep,
        totalSteps,
        environment,
        note,
        isEnding,
        now,
      });
      break;
    }
    case 'epoch':
      store.recordEpochs(head.trial, head.attempt, epochs);
      break;
    case 'checkpoint':
      store.recordCheckpoint(head.trial, head.attempt, head.step, now);
      break;
    // Progress is shown and not kept; the end is judged by the sweep loop.
    case 'progress':
    case 'done':
    case 'failed':
      break;
  }
}
