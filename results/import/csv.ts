/** Comma-separated values as RFC 4180 writes them: quoted fields, doubled quotes, either line end, a byte-order mark. */

interface CsvField {
  readonly text: string;
  readonly wasQuoted: boolean;
}

export interface CsvRecord {
  /** Of the record's first character, 1-based. */
  readonly line: number;
  readonly fields: readonly CsvField[];
}

/** Where a text stops being CSV, 1-based. */
export class CsvSyntaxError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'CsvSyntaxError';
    this.line = line;
  }
}

/** One match is one field and what ends it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

/**
 * Records in order; lines with nothing on them are no records.
 *
 * @throws {CsvSyntaxError} at a stray or unclosed quote.
 */
export function parseCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let fields: CsvField[] = [];
  let line = 1;
  let startLine = 1;
  FIELD.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  while (FIELD.lastIndex < text.length || fields.length > 0) {
    const match = FIELD.exec(text);
    if (match === null) throw new CsvSyntaxError(line, 'Expected a field, got a stray or unclosed quote');
    const [, quoted, plain, end] = match;
    fields.push({ text: quoted?.replaceAll('""', '"') ?? plain!.trim(), wasQuoted: quoted !== undefined });
    line += quoted?.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === ',') continue;
    if (fields.length > 1 || fields[0]!.wasQuoted || fields[0]!.text !== '') records.push({ line: startLine, fields });
    fields = [];
    if (end === '') break;
    line++;
    startLine = line;
  }
  return records;
}
