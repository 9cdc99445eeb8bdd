/** Numbers as people, papers and spreadsheets write them, for the end of an error message. */
import { parseAmount } from './amounts.ts';

const UNITS = 'flop\\/s|flops?|params?|parameters?|macs?|images?|epochs?|layers?|pixels?|px|bytes?|ms|x|B|b';
const WORDS: Readonly<Record<string, string>> = { thousand: 'k', million: 'M', billion: 'G', trillion: 'T' };
const WITH_UNIT = new RegExp(
  `^([\\d.]+(?:e[+-]?\\d+)?)\\s*([kmgbtpez]|thousand|million|billion|trillion)?(i)?\\s*(?:${UNITS})?$`,
  'i',
);
const GROUPED = /^\d{1,3}([_,.'’ ])\d{3}(?:\1\d{3})*(?![\d.,])/;

/**
 * How a number that is written otherwise is written here: `18_000` and `18,000` are `18000`, `50 MFLOPs` is `50M`, `0,5` and `50%` are `0.5`.
 *
 * @returns `undefined` for what is no number, and for what is written right.
 */
export function respelled(text: string): string | undefined {
  // Wide digits, and the spaces of typesetting.
  const plain = text.normalize('NFKC').trim().replace(/[,;]$/, '');
  const written = withoutUnit(plain.replace(GROUPED, withoutGroups).replace(/^(\d+),(\d+)/, '$1.$2'));
  return written !== undefined && written !== text && parseAmount(written) !== undefined ? written : undefined;
}

function withoutGroups(digits: string): string {
  // One point is a decimal point.
  return /^\d+\.\d+$/.test(digits) ? digits : digits.replaceAll(/\D/g, '');
}

function withoutUnit(text: string): string | undefined {
  const joined = text.replaceAll('_', '').replace(/\s*(e)\s*([+-]?)\s*(?=\d)/i, '$1$2');
  const [, percent] = /^([\d.]+)\s*%$/.exec(joined) ?? [];
  if (percent !== undefined) return String(Number((Number(percent) / 100).toPrecision(12)));
  const close = joined.replaceAll(/\s+(?=[A-Za-z])/g, '');
  if (parseAmount(close) !== undefined) return close;
  const [, number, scale = '', binary] = WITH_UNIT.exec(joined) ?? [];
  if (number === undefined) return undefined;
  const suffix = WORDS[scale.toLowerCase()] ?? (scale === 'k' || scale === 'K' ? 'k' : scale.toUpperCase());
  if (binary === undefined) return `${number}${suffix}`;
  return String(Number(number) * 1024 ** ('KMGTPEZ'.indexOf(suffix.toUpperCase()) + 1));
}
