/** A file's bytes to the text of a CSV; what is no such text is named. */
import { ScalesweepError } from '../../contract/index.ts';

const SAVE = 'Save it as CSV in UTF-8 (in Excel: "CSV UTF-8").';

interface Kind {
  readonly starts: string;
  readonly name: string;
  readonly hint: string;
}

const KINDS: readonly Kind[] = [
  { starts: 'PAR1', name: 'Parquet', hint: 'In Python: pd.read_parquet(FILE).to_csv("results.csv", index=False).' },
  { starts: 'PK\u0003\u0004', name: 'a spreadsheet or another ZIP file', hint: SAVE },
  { starts: '\u001F\u008B', name: 'a file packed by gzip', hint: 'Unpack it first: gunzip FILE.' },
  {
    starts: 'SQLite format 3',
    name: 'an SQLite store',
    hint: 'Export it first: scalesweep export --db FILE --out results.csv.',
  },
];

/** @throws {ScalesweepError} USAGE for another kind of file or another encoding. */
export function decodeCsv(bytes: Uint8Array, file: string): string {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const kind = KINDS.find(({ starts }) => start.startsWith(starts));
  if (kind !== undefined)
    throw new ScalesweepError('USAGE', `Expected ${file} to be a CSV file, got ${kind.name}`, { hint: kind.hint });
  const text = utf8(bytes);
  // Half of the bytes of plain words in UTF-16 are zero; a byte-order mark is there as a rule.
  if (/^(?:\u00FF\u00FE|\u00FE\u00FF)/.test(start) || bytes.subarray(0, 1000).includes(0))
    throw new ScalesweepError('USAGE', `Expected ${file} to be UTF-8 text, got UTF-16`, { hint: SAVE });
  if (text === undefined)
    throw new ScalesweepError('USAGE', `Expected ${file} to be UTF-8 text, got another encoding`, { hint: SAVE });
  if (/^\s*[[{]\s*["{\]]/.test(text)) {
    throw new ScalesweepError('USAGE', `Expected ${file} to be a CSV file, got JSON`, {
      hint: 'Export with --format csv, or in Python: pd.json_normalize(json.load(open(FILE))).to_csv("results.csv", index=False).',
    });
  }
  return text;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
