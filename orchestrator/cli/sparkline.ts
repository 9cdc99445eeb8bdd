const BARS = '▁▂▃▄▅▆▇█';

/**
 * A row of bars, one per value, from the lowest to the highest of `range`. Longer rows are cut to `most` bars, each the mean of its
 * values; a gap stays a space.
 */
export function sparkline(
  values: readonly (number | null)[],
  most = Infinity,
  range: readonly [number, number] = rangeOf(values),
): string {
  const count = Math.min(values.length, most);
  const [low, high] = range;
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * values.length) / count);
    const part = values.slice(from, Math.max(from + 1, Math.floor(((i + 1) * values.length) / count)));
    const known = part.filter((value) => value !== null);
    if (known.length === 0) return ' ';
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    const height = high > low ? (mean - low) / (high - low) : 1;
    return BARS[Math.min(BARS.length - 1, Math.max(0, Math.floor(height * BARS.length)))]!;
  }).join('');
}

/** Lowest and highest of the known values. */
export function rangeOf(values: readonly (number | null)[]): [number, number] {
  const known = values.filter((value) => value !== null);
  return known.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}
