import { page } from './markdown.ts';

/** The example of each section of docs/json.md, by its heading. */
export function jsonExamples(): Map<string, unknown> {
  const sections = page('docs/json.md').text.split(/^## /m).slice(1);
  return new Map(
    sections.flatMap((section) => {
      const [, name] = /^`([^`]+)`/.exec(section) ?? [];
      const [, code] = /^```json\n([^]*?)^```$/m.exec(section) ?? [];
      return name === undefined ? [] : [[name, JSON.parse(code ?? 'null') as unknown] as const];
    }),
  );
}

/** Below these stand names that the grid or the question has chosen. */
const OPEN = new Set(['axes', 'budget', 'byFamily', 'excludedBy', 'held', 'scope']);

/** All fields of a document, sorted: `best.flops`, `withinNoise[].flops`. */
export function fieldsOf(document: unknown): string[] {
  const walk = (value: unknown, at: string): string[] => {
    if (Array.isArray(value)) return value.flatMap((item) => walk(item, `${at}[]`));
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => {
      const field = at === '' ? key : `${at}.${key}`;
      return OPEN.has(key) ? [field] : [field, ...walk(inner, field)];
    });
  };
  return [...new Set(walk(document, ''))].toSorted();
}
