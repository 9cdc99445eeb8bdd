/** How long a child may be silent where no prediction says more, ms. */
const SILENCE_MS = 15 * 60_000;
/** Times of its predicted duration that an attempt may pass in silence: one step, or one evaluation, can be most of a short trial. */
const TIMES_PREDICTED = 20;

/**
 * The silence rule, the same for the processes of a local sweep and of a worker on another machine. A child that is starting or has an
 * attempt in hand is killed when nothing came from it for 15 minutes (`silenceMs`), or for 20 times the predicted time of the attempt at
 * work where that is longer. The attempt at work counts a crash, those behind it are handed back. Engines report every 10 s unless one
 * step takes longer, so only a child that hangs is silent for so long. A child with nothing to do may be silent for ever, and one that was
 * asked to leave has its own limit.
 *
 * @param atWork the attempt at work, if there is one
 * @returns milliseconds
 */
export function silenceLimitMs(atWork?: { readonly predictedSeconds: number }, silenceMs = SILENCE_MS): number {
  return Math.max(silenceMs, (atWork?.predictedSeconds ?? 0) * 1000 * TIMES_PREDICTED);
}
