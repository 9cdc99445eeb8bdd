/** Signals that ask for an end. SIGPIPE is left out: a reader that went away is dealt with where it is written to. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopSignals {
  /** Aborted by the first signal: state is saved, then the program ends. */
  readonly signal: AbortSignal;
  /** Takes the handlers off again. */
  release(): void;
}

/** @param onSecond called by the second signal: somebody is in a hurry. */
export function listenForStop(onSecond: () => void): StopSignals {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) onSecond();
    else controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
