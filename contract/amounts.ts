/**
 * Amounts with SI suffixes: `500M`, `2G`, `1.5T`, `1e12`. `B` (billion) is read as `G`, as papers write it.
 * Powers are of 1000, for FLOPs, parameters and bytes alike.
 */
const EXPONENTS: Readonly<Record<string, number>> = { '': 0, k: 3, K: 3, M: 6, G: 9, B: 9, T: 12, P: 15, E: 18, Z: 21 };

const AMOUNT = /^([0-9]*\.?[0-9]+)(?:[eE]([+-]?[0-9]+))?\s*([kKMGBTPEZ]?)$/;

/** The number that a text such as `1.5T` stands for, or `undefined` when it is no amount. */
export function parseAmount(text: string): number | undefined {
  const match = AMOUNT.exec(text.trim());
  const exponent = match === null ? undefined : EXPONENTS[match[3] ?? ''];
  if (match === null || exponent === undefined) return undefined;
  // The suffix shifts the exponent: multiplying would round, and 2.01k would not be 2010.
  const amount = Number(`${match[1]}e${Number(match[2] ?? 0) + exponent}`);
  return Number.isFinite(amount) ? amount : undefined;
}

/** Three significant digits and an SI suffix: `17.5G`, `35.7M`, `812`. */
export function formatAmount(amount: number): string {
  if (!Number.isFinite(amount)) return String(amount);
  for (const [suffix, factor] of [
    ['Z', 1e21],
    ['E', 1e18],
    ['P', 1e15],
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (Math.abs(amount) >= factor) return `${Number((amount / factor).toPrecision(3))}${suffix}`;
  }
  return String(Number(amount.toPrecision(3)));
}

/** `48 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`, `12 years`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  if (minutes > 2 * 525_960) return `${formatAmount(minutes / 525_960)} years`;
  return `${Math.floor(minutes / 1440)} d ${Math.round((minutes % 1440) / 60)} h`;
}
