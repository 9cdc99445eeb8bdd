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

const UNITS = [
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
  ['Z', 1e21],
] as const;

/** Three significant digits and an SI suffix: `17.5G`, `35.7M`, `812`. What rounds to 1000 of a unit is 1 of the next. */
export function formatAmount(amount: number): string {
  if (!Number.isFinite(amount)) return String(amount);
  for (const [suffix, factor] of UNITS) {
    const rounded = Number((amount / factor).toPrecision(3));
    if (Math.abs(rounded) < 1000 || suffix === 'Z') return `${rounded}${suffix}`;
  }
  return String(amount);
}

/** `48 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`, `12 years`. Rounded once, to the smaller unit that is shown. */
export function formatSeconds(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  if (minutes > 2 * 525_960) return `${formatAmount(minutes / 525_960)} years`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
