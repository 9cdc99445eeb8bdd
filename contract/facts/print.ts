/** How numbers are printed, by the form that a row names: with unit on a terminal, without it on a page, where the head has it. */
import { formatAmount } from '../amounts.ts';

export type Print = 'plain' | 'amount' | 'bytes' | 'percent';

type Surface = 'terminal' | 'page';

const PRINTERS: Readonly<Record<Print, Readonly<Record<Surface, (value: number) => string>>>> = {
  plain: { terminal: String, page: String },
  amount: { terminal: formatAmount, page: formatAmount },
  bytes: { terminal: (bytes) => `${formatAmount(bytes)}B`, page: formatAmount },
  percent: {
    terminal: (fraction) => `${(100 * fraction).toFixed(1)} %`,
    page: (fraction) => (100 * fraction).toFixed(2),
  },
};

const MISSING: Readonly<Record<Surface, string>> = { terminal: '-', page: '–' };

/** `17.5G`, `81.2 %`; a dash where nothing is known. */
export function printed(print: Print, value: number | null, surface: Surface): string {
  return value === null ? MISSING[surface] : PRINTERS[print][surface](value);
}
