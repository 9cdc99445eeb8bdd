/** Characters that look like those of a grid and are others: from word processors, web pages, and keyboards of other scripts. */

const CURLY: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‘': "'",
  '’': "'",
  '‚': "'",
};
const CURLY_QUOTE = /[“”„«»‘’‚]/g;

const SPACES: Readonly<Record<string, string>> = {
  '\u00A0': 'a no-break space',
  '\u202F': 'a narrow no-break space',
  '\u3000': 'a wide space',
  '\u200B': 'a zero-width space',
  '\uFEFF': 'a byte order mark',
};
/** Spaces that YAML takes for letters. */
const ODD_SPACE = /[\u00A0\u1680\u2000-\u200D\u2028\u2029\u202F\u205F\u2060\u3000\uFEFF]/g;
const WITHOUT_WIDTH = /[\u200B-\u200D\u2060\uFEFF]/g;

export const straightQuotes = (text: string): string => text.replaceAll(CURLY_QUOTE, (quote) => CURLY[quote]!);

export const plainSpaces = (text: string): string => text.replaceAll(WITHOUT_WIDTH, '').replaceAll(ODD_SPACE, ' ');

/** The first space that is no ordinary one, with its name. */
export function oddSpace(text: string): { readonly at: number; readonly name: string } | undefined {
  const at = text.search(ODD_SPACE);
  if (at < 0) return undefined;
  const code = `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`;
  return { at, name: `${SPACES[text[at]!] ?? 'a special space'} (${code})` };
}

/** The first curly quote. */
export function curlyQuote(text: string): { readonly at: number; readonly quote: string } | undefined {
  const at = text.search(CURLY_QUOTE);
  return at < 0 ? undefined : { at, quote: text[at]! };
}
