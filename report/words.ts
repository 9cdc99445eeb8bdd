/** Cells, accuracies and amounts in words. */
import { printed } from '../contract/index.ts';
import type { CellResult } from '../results/index.ts';

export function percentText(fraction: number | null): string {
  return printed('percent', fraction, 'page');
}

/** `81.20 (80.91–81.49)`. */
export function accuracyText({ minivalTop1, interval }: Pick<CellResult, 'minivalTop1' | 'interval'>): string {
  const range = interval === null ? '' : ` (${percentText(interval[0])}–${percentText(interval[1])})`;
  return `${percentText(minivalTop1)}${range}`;
}

export function amountText(amount: number | null): string {
  return printed('amount', amount, 'page');
}

/** `depth 50, width 1, 160 px, 100 epochs`, with the grid's other axes behind. */
export function cellText(cell: Pick<CellResult, 'width' | 'depth' | 'resolution' | 'epochs' | 'axes'>): string {
  const { width, depth, resolution, epochs, axes } = cell;
  // A technique that is off has the value 0 or false, and goes without saying.
  const on = Object.entries(axes).filter(([, value]) => value !== 0 && value !== false);
  const others = on.map(([name, value]) => `, ${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `depth ${depth}, width ${width}, ${resolution} px, ${epochs} epochs${others.join('')}`;
}

export function plural(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
