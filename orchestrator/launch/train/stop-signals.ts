/**
 * What a signal asks of the process that runs a sweep or serves trials. Its children hear of it over their channel, so that
 * Ctrl-C, which a terminal sends to the whole process group, is told once.
 *
 * | signal             | at first                                                    | again                           |
 * | ------------------ | ----------------------------------------------------------- | ------------------------------- |
 * | SIGINT             | saves the state and ends                                    | at least a second later: at once |
 * | SIGTERM            | saves the state and ends                                    | nothing more                    |
 * | SIGHUP             | the same where a terminal is attached, else nothing (nohup) | nothing more                    |
 * | SIGPIPE            | nothing: a reader that went away is met where it is written |                                 |
 * | SIGTSTP, SIGCONT   | the system's: stops and continues                           |                                 |
 * | SIGQUIT, SIGKILL   | the system's: ends; the next `resume` takes over            |                                 |
 *
 * A scheduler, `timeout` or a closing terminal sends two signals within a moment: the second is no hurry. Node.js resets a
 * signal that was inherited as ignored, so `nohup` is told by what it does to the streams: none is a terminal.
 */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type StopSignal = (typeof SIGNALS)[number];

/** Signals that come closer together are one request, ms. */
const ONE_REQUEST_MS = 1000;

export interface StopSignals {
  /** Aborted by the first signal: state is saved, then the program ends. */
  readonly signal: AbortSignal;
  /** Whether somebody was in a hurry: what was in hand ended without being saved. */
  readonly hurried: boolean;
  /** Removes the handlers. */
  release(): void;
}

export interface SignalSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

export interface StopOptions {
  /** Called when somebody is in a hurry: a second, separate SIGINT. */
  readonly onHurry: () => void;
  /** @defaultValue this process */
  readonly source?: SignalSource;
  /** @defaultValue whether any standard stream is a terminal */
  readonly hasTerminal?: boolean;
  /** Milliseconds. @defaultValue a monotonic clock */
  readonly now?: () => number;
}

export function listenForStop(options: StopOptions): StopSignals {
  const { onHurry, source = process, now = () => performance.now() } = options;
  const hasTerminal = options.hasTerminal ?? [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  const controller = new AbortController();
  let first = 0;
  let hurried = false;
  const onSignal = (name: StopSignal): void => {
    if (name === 'SIGHUP' && !hasTerminal) return;
    if (!controller.signal.aborted) {
      first = now();
      controller.abort();
    } else if (name === 'SIGINT' && now() - first >= ONE_REQUEST_MS) {
      hurried = true;
      onHurry();
    }
  };
  for (const name of SIGNALS) source.on(name, onSignal);
  return {
    signal: controller.signal,
    get hurried() {
      return hurried;
    },
    release: () => {
      for (const name of SIGNALS) source.off(name, onSignal);
    },
  };
}
