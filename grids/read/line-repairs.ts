/** The slips of one line that keep a text from being YAML, and the line as it was meant. */
import { curlyQuote, oddSpace, plainSpaces, straightQuotes } from './characters.ts';

export interface Repair {
  /** Where the slip is, 1-based. */
  readonly column: number;
  readonly message: string;
  /** The line without it. */
  readonly line: string;
}

type FindRepairs = (lines: readonly string[], index: number) => Repair[];

interface LineRepair {
  readonly repair: FindRepairs;
  /** The parser may notice it anywhere below. */
  readonly everywhere?: true;
}

const indentOf = (line: string): number => /^[\s]*/.exec(line)![0].length;
const isWritten = (line: string): boolean => /^\s*[^\s#]/.test(line);

/** One repair where a pattern matches: its groups are what stands before the slip, and what follows. */
function where(
  pattern: RegExp,
  message: (match: RegExpExecArray) => string,
  by: (match: RegExpExecArray) => string,
): FindRepairs {
  return (lines, index) => {
    const match = pattern.exec(lines[index]!);
    return match === null ? [] : [{ column: match[1]!.length + 1, message: message(match), line: by(match) }];
  };
}

const oddSpaces: FindRepairs = (lines, index) => {
  const line = lines[index]!;
  const found = oddSpace(line);
  if (found === undefined) return [];
  const message = `Expected an ordinary space, got ${found.name}; type the space again`;
  return [{ column: found.at + 1, message, line: plainSpaces(line) }];
};

const curlyQuotes: FindRepairs = (lines, index) => {
  const line = lines[index]!;
  const found = curlyQuote(line);
  if (found === undefined) return [];
  const message = `Expected straight quotes, got \`${found.quote}\`; write ' or "`;
  return [{ column: found.at + 1, message, line: straightQuotes(line) }];
};

/** Columns that this line could begin in: those of the lines around it. */
function likelyIndents(lines: readonly string[], index: number): { readonly indent: number; readonly like: number }[] {
  const above = lines.slice(0, index).findLastIndex(isWritten);
  const below = lines.findIndex((line, at) => at > index && isWritten(line));
  const found = [below, above].flatMap((at) => (at < 0 ? [] : [{ indent: indentOf(lines[at]!), like: at }]));
  // The nearest lines above that begin further left, up to the margin.
  for (let at = above, least = Infinity; at >= 0; at--) {
    if (!isWritten(lines[at]!) || indentOf(lines[at]!) >= least) continue;
    least = indentOf(lines[at]!);
    found.push({ indent: least, like: at });
  }
  return found;
}

const tabs: FindRepairs = (lines, index) => {
  const line = lines[index]!;
  const tab = /^\s*\t/.test(line) ? line.indexOf('\t') : -1;
  if (tab < 0) return [];
  const message = 'Expected spaces before the first word, got a tab; type spaces';
  const indents = likelyIndents(lines, index).flatMap(({ indent }) => [indent, indent + 2]);
  return indents.map((indent) => ({ column: tab + 1, message, line: ' '.repeat(indent) + line.trimStart() }));
};

const indentation: FindRepairs = (lines, index) => {
  const line = lines[index]!;
  return likelyIndents(lines, index)
    .filter(({ indent }) => indent !== indentOf(line))
    .map(({ indent, like }) => ({
      column: indentOf(line) + 1,
      message: `Expected this line to begin in column ${indent + 1}, as line ${like + 1} does, got column ${indentOf(line) + 1}`,
      line: ' '.repeat(indent) + line.trimStart(),
    }));
};

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

/** Brackets that are not closed on their line, or closed too often. */
const brackets: FindRepairs = (lines, index) => {
  const line = lines[index]!;
  const code = line.replaceAll(/"[^"]*"|'[^']*'/g, (quoted) => ' '.repeat(quoted.length)).replace(/\s#.*$/, '');
  const open: number[] = [];
  for (const { 0: bracket, index: at } of code.matchAll(/[[\]{})]/g)) {
    if (bracket === '[' || bracket === '{') {
      open.push(at);
      continue;
    }
    const opening = open.pop();
    const right = opening === undefined ? '' : CLOSING[code[opening]!]!;
    if (bracket === right) continue;
    if (opening === undefined && bracket === ')') continue;
    const expected =
      right === '' ? `an opening bracket for this \`${bracket}\`, got none` : `\`${right}\`, got \`${bracket}\``;
    return [{ column: at + 1, message: `Expected ${expected}`, line: line.slice(0, at) + right + line.slice(at + 1) }];
  }
  const first = open.at(0);
  if (first === undefined) return [];
  const missing = open
    .map((at) => CLOSING[code[at]!]!)
    .toReversed()
    .join('');
  const end = code.trimEnd().length;
  const message = `Expected \`${missing}\` at the end of what begins with this \`${code[first]!}\`, got the next line`;
  return [{ column: first + 1, message, line: line.slice(0, end) + missing + line.slice(end) }];
};

/** A quote that opens on this line and does not close, or closes before the end of the text. */
const quotes: FindRepairs = (lines, index) => {
  const line = lines[index]!;
  const [, before, quote, rest] = /^([^"']*?(?:[:\-[,{] ?\s*))(["'])(.*)$/.exec(line) ?? [];
  if (before === undefined || quote === undefined || rest === undefined) return [];
  const column = before.length + 1;
  const inner = rest.replace(/["']\s*$/, '');
  const requoted = `${before}${JSON.stringify(inner)}`;
  return [
    { column, message: `Expected a closing \`${quote}\` on this line, got none`, line: `${line}${quote}` },
    {
      column,
      message: `Expected nothing behind the closing \`${quote}\`, got more text; write a \`${quote}\` inside the text twice, or use the other quotes around it`,
      line: requoted,
    },
  ];
};

/** A value that must stand in quotes, put there. */
const quoting: FindRepairs = (lines, index) => {
  const [, before, value] = /^(\s*(?:- )?(?:[\w.]+:\s+|))(\S.*?)\s*$/.exec(lines[index]!) ?? [];
  if (before === undefined || value === undefined || /^["'[{]/.test(value)) return [];
  const second = value.search(/:(?=\s|$)/);
  const first = value[0]!;
  const reason = /[@`%>|&*!?#]/.test(first)
    ? `got one that begins with \`${first}\``
    : second < 0
      ? `got \`${value.length > 40 ? `${value.slice(0, 37)}...` : value}\``
      : 'got a second colon';
  const expected = second < 0 ? 'a plain text or one in quotes' : 'one value after the colon';
  return [
    {
      column: before.length + 1,
      message: `Expected ${expected}, ${reason}; put a text or an expression like this in quotes`,
      line: `${before}${JSON.stringify(value)}`,
    },
  ];
};

/** In the order in which they are tried: those that leave no doubt first. */
export const LINE_REPAIRS: readonly LineRepair[] = [
  { repair: oddSpaces },
  { repair: tabs },
  { repair: curlyQuotes },
  {
    repair: where(
      /^([^：，［］｛｝]*)([：，［］｛｝])/,
      ([, , sign]) => `Expected \`${sign!.normalize('NFKC')}\`, got the wide \`${sign}\``,
      ({ input }) =>
        input.replaceAll(/[：，［］｛｝]/g, (sign) => `${sign.normalize('NFKC')}${/[：，]/.test(sign) ? ' ' : ''}`),
    ),
  },
  {
    repair: where(
      /^(\s*(?:- )?([A-Za-z_][\w.]*)):(?=[^\s:])(.*)$/,
      ([, , key]) => `Expected a space after \`${key}:\`, got none`,
      ([, before, , rest]) => `${before}: ${rest}`,
    ),
  },
  {
    repair: where(
      /^(\s*(?:- )?([A-Za-z_][\w.]*))\s*=\s*(.*)$/,
      ([, , key]) => `Expected a colon after \`${key}\`, got \`=\``,
      ([, before, , rest]) => `${before}: ${rest}`,
    ),
  },
  {
    repair: where(
      /^(\s*)-(?=[^\s-])(.*)$/,
      () => 'Expected a space after the dash, got none',
      ([, before, rest]) => `${before}- ${rest}`,
    ),
  },
  { repair: brackets },
  { repair: quotes, everywhere: true },
  {
    repair: where(
      /^(.*[\]}"'\w])(,)\s*(?:#.*)?$/,
      () => 'Expected the end of the line after the value, got a comma',
      ([, before]) => before!,
    ),
  },
  {
    repair: where(
      /^(\s*(?:- )?([A-Za-z_][\w.]*))\s+([^\s:=].*)$/,
      ([, , key]) => `Expected a colon and a space after \`${key}\`, got none`,
      ([, before, , rest]) => `${before}: ${rest}`,
    ),
  },
  { repair: indentation },
  {
    repair: where(
      /^(\s*(?:- )?([A-Za-z_][\w.]*))\s*$/,
      ([, , key]) => `Expected a colon after \`${key}\`, got none`,
      ([, before]) => `${before}:`,
    ),
  },
  { repair: quoting },
];
