/** Node turns a longer delay into 1 ms, so that what waits for a month is called a thousand times a second. */
const MOST_MS = 2 ** 31 - 1;

/** A delay that a timer takes: at least 1 ms and at most 24.8 days, after which whoever waits looks again. */
export function timerMs(ms: number): number {
  return Number.isNaN(ms) ? MOST_MS : Math.min(MOST_MS, Math.max(1, ms));
}
