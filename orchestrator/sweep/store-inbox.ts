import { isScalesweepError } from '../../contract/index.ts';

/** First wait after a write that failed, ms; doubles up to ten seconds. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

interface InboxOptions<T> {
  /** Stores items, all or none; may throw. Returns what to do once they are stored. */
  readonly store: (items: readonly T[]) => () => void;
  readonly onWait: (error: Error, retryInMs: number) => void;
  /** The store can be written again. */
  readonly onFlowing: () => void;
  /** An error that waiting does not help with, or that lasted too long. */
  readonly onGivenUp: (error: Error) => void;
  /** How long a locked store or a full disk is waited for, ms. @defaultValue 60 s */
  readonly patienceMs?: number;
}

interface Inbox<T> {
  push(items: readonly T[]): void;
  /** Whether items wait for the store. */
  isBlocked(): boolean;
  /** Resolves when everything is stored, or was given up. */
  empty(): Promise<void>;
  /** Stops waiting. */
  close(): void;
}

/**
 * Stores what workers send, in order. A store that is locked or a full disk is retried with backoff, and nothing that arrives
 * meanwhile is lost or reordered.
 */
export function makeInbox<T>({ store, onWait, onFlowing, onGivenUp, patienceMs = 60_000 }: InboxOptions<T>): Inbox<T> {
  let items: T[] = [];
  let timer: NodeJS.Timeout | undefined;
  let waited = 0;
  let hasGivenUp = false;
  let isStoring = false;
  let onEmpty: (() => void)[] = [];

  const settle = (): void => {
    for (const resolve of onEmpty) resolve();
    onEmpty = [];
  };

  const drain = (): void => {
    const hasWaited = timer !== undefined;
    timer = undefined;
    const round = items;
    let effect: () => void;
    isStoring = true;
    try {
      effect = store(round);
    } catch (error) {
      pause(error as Error);
      return;
    } finally {
      isStoring = false;
    }
    items = items.slice(round.length);
    waited = 0;
    effect();
    if (items.length > 0) return drain();
    settle();
    if (hasWaited) onFlowing();
  };

  const pause = (error: Error): void => {
    const isPassing = isScalesweepError(error) && (error.code === 'STORE_LOCKED' || error.code === 'DISK_FULL');
    if (!isPassing || waited >= patienceMs) {
      hasGivenUp = true;
      onGivenUp(error);
      settle();
      return;
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, waited));
    waited += waitMs;
    onWait(error, waitMs);
    timer = setTimeout(drain, waitMs);
  };

  return {
    push: (more) => {
      if (hasGivenUp) return;
      items = items.concat(more);
      if (timer === undefined && !isStoring) drain();
    },
    isBlocked: () => timer !== undefined || hasGivenUp,
    empty: () =>
      items.length === 0 || hasGivenUp ? Promise.resolve() : new Promise((resolve) => onEmpty.push(resolve)),
    close: () => clearTimeout(timer),
  };
}
