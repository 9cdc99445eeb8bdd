/** What to do about a value that is refused, where its text shows the slip: the end of a message, or nothing. */
import { parseAmount, respelled } from '../../contract/index.ts';
import { curlyQuote, oddSpace } from './characters.ts';

/** @param written the value as it stands in the file. */
export function cureOf(written: string): string {
  const curly = curlyQuote(written);
  if (curly !== undefined) return `; write straight quotes (' or ") for \`${curly.quote}\``;
  const number = respelled(written);
  if (number !== undefined) return `; write \`${number}\``;
  const list = listOf(written);
  if (list !== undefined) return `; write a list as \`${list}\``;
  const space = oddSpace(written);
  return space === undefined ? '' : `; it holds ${space.name}: type the space again`;
}

/** `0.5, 1]`, `0.5 1` and `0.5; 1` are meant as `[0.5, 1]`. */
function listOf(written: string): string | undefined {
  const parts = written.split(/[\s,;[\]]+/).filter((part) => part !== '');
  return parts.length > 1 && parts.every((part) => parseAmount(part) !== undefined)
    ? `[${parts.join(', ')}]`
    : undefined;
}
