import { OPERATION_CLASSES, type OperationClass, type Workload } from '../../compiler/index.ts';

/** Seconds per unit of work, by class. None is negative. */
export type Rates = Readonly<Record<OperationClass, number>>;

/** Work that was timed. */
interface TimedWork {
  readonly work: Workload;
  readonly seconds: number;
  /** How much it counts. */
  readonly weight: number;
}

const SWEEPS = 3000;
/** Keeps a class that nothing measured tells from another at the smaller rate; far below what a measurement can tell. */
const RIDGE = 1e-6;

/**
 * The rates under which the work takes the measured seconds, by least squares of the *relative* errors and without
 * negative rates (coordinate descent): a small network's error counts like a large one's.
 */
export function fitRates(timed: readonly TimedWork[]): Rates {
  const rows = timed.map(({ work, seconds }) => OPERATION_CLASSES.map((name) => work[name] / seconds));
  const scales = OPERATION_CLASSES.map((_, column) => Math.max(...rows.map((row) => row[column]!)) || 1);
  const scaled = rows.map((row) => row.map((value, column) => value / scales[column]!));
  const weighted = (of: (row: readonly number[]) => number): number =>
    scaled.reduce((sum, row, index) => sum + timed[index]!.weight * of(row), 0);
  const gram = scales.map((_, i) => scales.map((__, j) => weighted((row) => row[i]! * row[j]!)));
  const target = scales.map((_, i) => weighted((row) => row[i]!));
  const found = scales.map(() => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let i = 0; i < found.length; i++) {
      const others = gram[i]!.reduce((sum, value, j) => (j === i ? sum : sum + value * found[j]!), 0);
      found[i] = Math.max(0, (target[i]! - others) / (gram[i]![i]! + RIDGE));
    }
  }
  return Object.fromEntries(OPERATION_CLASSES.map((name, i) => [name, found[i]! / scales[i]!])) as Record<
    OperationClass,
    number
  >;
}

/** Seconds that the work takes at these rates. */
export function secondsOf(work: Workload, rates: Rates): number {
  return OPERATION_CLASSES.reduce((sum, name) => sum + work[name] * rates[name], 0);
}
