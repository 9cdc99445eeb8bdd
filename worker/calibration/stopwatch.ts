/**
 * Milliseconds that something takes here. With one thread on a CPU it is the processor's time that counts, not the
 * wall's: a neighbour that happens to be busy while a machine is measured would otherwise slow all later predictions.
 */
export async function timed(isSerial: boolean, act: () => unknown): Promise<number> {
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

/** The median of so many runs, after one that warms up; milliseconds, never 0. */
export async function typicalMs(isSerial: boolean, runs: number, act: () => unknown): Promise<number> {
  await act();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await timed(isSerial, act));
  return Math.max(1e-3, times.toSorted((a, b) => a - b)[Math.floor(runs / 2)]!);
}
