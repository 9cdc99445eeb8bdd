import type { WorkerEvent } from '../../contract/index.ts';

/** Failures in a row until a device is to blame. */
const FAILURES_IN_ROW = 3;

/** Judges a device by how its trials end. */
interface DeviceHealth {
  /** Why the device is to be taken out, if this end decides it. */
  ended(store: string, event: Extract<WorkerEvent, { type: 'done' | 'failed' }>): string | undefined;
}

/**
 * A trial that fails because the device is missing reports that itself. A crash may be the trial's own, and one sweep's trials may all have the same bug; but
 * three trials in a row, and not all of one sweep, have only the device in common. A result clears it.
 */
export function makeDeviceHealth(): DeviceHealth {
  let ofDevice = 0;
  let crashed: { readonly store: string; readonly trial: string }[] = [];
  return {
    ended: (store, event) => {
      if (event.type === 'done') {
        ofDevice = 0;
        crashed = [];
        return undefined;
      }
      if (event.kind === 'device') ofDevice++;
      if (ofDevice >= FAILURES_IN_ROW) return event.message;
      if (event.kind !== 'crash' && event.kind !== 'device') return undefined;
      // The same trial again tells nothing new.
      crashed = [...crashed.filter(({ trial }) => trial !== event.trial), { store, trial: event.trial }].slice(
        -FAILURES_IN_ROW,
      );
      const areOfSeveral = new Set(crashed.map((each) => each.store)).size > 1;
      return crashed.length === FAILURES_IN_ROW && areOfSeveral
        ? `${FAILURES_IN_ROW} trials of different sweeps failed in a row, the last with: ${event.message}`
        : undefined;
    },
  };
}
