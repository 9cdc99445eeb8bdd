/** How much room a text takes on a terminal: wide letters take two columns, combining marks none. */
import stringWidth from 'string-width';

export const displayWidth = (text: string): number => stringWidth(text);

/** The beginning of a text that fits, with nothing cut in half. */
export function cutTo(columns: number, text: string): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let room = columns;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    room -= displayWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return kept;
}

/** Pads with spaces at the end. */
export const padTo = (columns: number, text: string): string =>
  text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
