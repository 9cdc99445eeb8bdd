/**
 * Time that nobody can set: the wall clock is read once and counted on from there, in whole ms. Waits are measured by it; what is recorded
 * for people has the wall clock's time.
 *
 * @param now ms since 1970
 */
export function makeSteadyClock(now: () => number, monotonic: () => number = () => performance.now()): () => number {
  const start = now() - monotonic();
  return () => Math.round(start + monotonic());
}
