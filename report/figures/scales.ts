/** Scales and axes that figures share. */

/** Positive values of a logarithmic axis at 1, 2, 5 (or 1 alone over many decades), the ends included. */
export function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  const steps = decades > 4 ? [1] : decades > 2.2 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of steps) ticks.push(Number(`${step}e${power}`));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** The smallest and largest of positive values, a little apart from the frame on a logarithmic axis. */
export function logDomain(values: readonly number[], margin = 0.04): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const factor = Math.max((high / low) ** margin, 1.08);
  return [low / factor, high * factor];
}

/** The smallest and largest with a share of the span to spare; never no span at all. */
export function linearDomain(values: readonly number[], margin = 0.06): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const spare = (high - low) * margin || Math.max(Math.abs(high) * 0.02, 0.5);
  return [low - spare, high + spare];
}

export function percent(fraction: number): number {
  return Number((100 * fraction).toPrecision(12));
}
