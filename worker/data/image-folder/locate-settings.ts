import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';

/** A mistake in a value, or in a key where `key` is one that does not exist. */
export interface Mistake {
  readonly key: string | undefined;
  readonly isUnknownKey: boolean;
  readonly message: string;
}

interface Located {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Reads JSON as YAML, whose flow style allows for a last comma and for comments, and places what `mistakes` finds. */
export function locate(
  text: string,
  mistakes: (value: unknown) => Mistake[],
): { readonly value: unknown; readonly problems: readonly Located[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const twice = error.code === 'DUPLICATE_KEY';
    const message = twice
      ? 'Expected every key once, got this one a second time'
      : 'Expected JSON, got something else from here on: look for a missing quote, comma, colon or brace';
    return { value: undefined, problems: [{ ...at(error.pos[0]), message }] };
  }
  const value: unknown = document.toJS();
  const problems = mistakes(value).map((mistake) => ({ ...at(offsetOf(document, mistake)), message: mistake.message }));
  return { value, problems };
}

function offsetOf({ contents }: Document.Parsed, { key, isUnknownKey }: Mistake): number {
  const pair = isMap(contents)
    ? contents.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
    : undefined;
  const node = isUnknownKey ? pair?.key : (pair?.value ?? pair?.key);
  return node?.range?.[0] ?? contents?.range?.[0] ?? 0;
}
