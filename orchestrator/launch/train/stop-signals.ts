/** Signals to stop. Not SIGPIPE: a reader that has gone is handled where it is written to. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface StopSignals {
  /** Aborted by the first signal: state is saved, then the program ends. */
  readonly signal: AbortSignal;
  /** Removes the handlers. */
  release(): void;
}

/** @param onSecond called by the second signal, to stop at once. */
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
