/**
 * Milliseconds that something takes here. With one thread on a CPU it is the processor's time that counts, not the
 * wall's: a neighbour that happens to be busy while a machine is measured would otherwise slow all later predictions.
 */
async function timed(isSerial: boolean, act: () => unknown): Promise<number> {
  if (!isSerial) {
    const began = performance.now();
    await act();
    return performance.now() - began;
  }
  const began = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/** What takes less is done several times in a run: a few steps of 4 ms with cold caches tell little of a thousand. */
const SHORTEST_RUN_MS = 20;
/** Where the clock is too coarse to tell how long one takes. */
const MOST_TIMES = 100;

/** The median of so many runs, after once to warm up and once to tell how often a run repeats it; milliseconds, never 0. */
export async function typicalMs(isSerial: boolean, runs: number, act: () => unknown): Promise<number> {
  await act();
  const first = await timed(isSerial, act);
  const times = Math.min(MOST_TIMES, Math.ceil(SHORTEST_RUN_MS / Math.max(1e-3, first)));
  const repeated = async (): Promise<void> => {
    for (let time = 0; time < times; time++) await act();
  };
  const found = times === 1 ? [first] : [];
  while (found.length < runs) found.push((await timed(isSerial, repeated)) / times);
  return Math.max(1e-3, found.toSorted((a, b) => a - b)[Math.floor(runs / 2)]!);
}
