import { formatSeconds, SCALING_AXES, type TrialSpec } from '../../contract/index.ts';

/** `width 0.5, depth 14, resolution 28, epochs 5`. */
export function cellWords(spec: TrialSpec): string {
  return SCALING_AXES.map(({ name, of }) => `${name} ${of(spec)}`).join(', ');
}

/** `81.2 %`, or `-` where nothing was measured. */
export function percent(fraction: number | null, digits = 1): string {
  return fraction === null ? '-' : `${(fraction * 100).toFixed(digits)} %`;
}

/** `3 min 20 s left`. */
export function leftWords(seconds: number): string {
  return `${seconds < 1 ? 'less than 1 s' : formatSeconds(seconds)} left`;
}

/** `1 trial`, `10,000 trials`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** A whole number with its thousands apart. By hand: loading the tables of `toLocaleString` costs 20 ms. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
