/** A YAML text as plain values, with the place of every one of them. */
import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLError,
  type YAMLWarning,
} from 'yaml';
import { syntaxSlips } from './yaml-slips.ts';
import { GridError, type Path, type Place, type Problem } from './problems.ts';

export interface YamlSource {
  readonly value: unknown;
  /** The place of the value at a path, or of its nearest ancestor that the text holds. */
  readonly placeOf: (path: Path) => Place;
  /** The place of the key that the path ends in. */
  readonly placeOfKey: (path: Path) => Place;
  /** The place of a position inside the text value at a path. */
  readonly placeWithin: (path: Path, offset: number) => Place;
  /** The characters of a value that stands without quotes; `undefined` for any other. */
  readonly writtenAt: (path: Path) => string | undefined;
}

/** Aliases share values, so a small file stays a small grid only if there are few of them and none inside another. */
const MAX_ALIASES = 100;

/** Levels of pairs and collections; deep enough for any composition, and far from the limits of recursion. */
const MAX_DEPTH = 64;

/** @throws {GridError} with every syntax problem, or with the first kind of construct that grids do not use. */
export function readYaml(text: string, file: string): YamlSource {
  const { document, at } = parsed(text);
  const problems = syntaxProblems(document, text, at);
  if (problems.length === 0) problems.push(...unusable(document, text, at));
  if (problems.length > 0) throw new GridError(file, problems);
  return {
    value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown,
    placeOf: (path) => at(nodeAt(document, path).value),
    placeOfKey: (path) => at(nodeAt(document, path).key),
    placeWithin: (path, offset) => at(offsetWithin(document, text, path, offset)),
    writtenAt: (path) => writtenAt(document, path),
  };
}

function parsed(text: string): { document: Document.Parsed; at: (offset: number) => Place } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', merge: false });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return { document, at };
}

/** Faults that say what they are, and do not lead the parser astray. */
const INDEPENDENT: Readonly<Record<string, (written: string) => string>> = {
  DUPLICATE_KEY: () => 'Expected every key once in a mapping, got this one a second time',
  TAG_RESOLVE_FAILED: tagMessage,
};

/** After a syntax error the parser guesses, and reports its own guesses as well: only the first report is about the file. */
function syntaxProblems(document: Document.Parsed, text: string, at: (offset: number) => Place): Problem[] {
  const problems = [...document.errors, ...document.warnings].flatMap(({ code, pos }) => {
    const message = INDEPENDENT[code]?.(text.slice(pos[0]));
    return message === undefined ? [] : [{ ...at(pos[0]), message }];
  });
  const first = firstMisread(document);
  if (first === undefined) return problems;
  const slips = first.code === 'MULTIPLE_DOCS' ? undefined : syntaxSlips(text, firstErrorIn);
  return [...problems, ...(slips ?? [{ ...at(first.pos[0]), message: syntaxMessage(first.code) }])];
}

function firstMisread(document: Document.Parsed): YAMLError | YAMLWarning | undefined {
  return [...document.errors, ...document.warnings].find(({ code }) => !Object.hasOwn(INDEPENDENT, code));
}

function firstErrorIn(text: string): Place | undefined {
  const { document, at } = parsed(text);
  const first = firstMisread(document);
  return first === undefined ? undefined : at(first.pos[0]);
}

function syntaxMessage(code: string): string {
  if (code === 'MULTIPLE_DOCS') return 'Expected one YAML document in a grid file, got a second one after `---`';
  return 'Expected `key: value` or `- value`, got something else; look at the indentation, the brackets and the quotes of this line and of those above';
}

function tagMessage(written: string): string {
  const [tag = '!'] = /^![^\s,[\]{}]*/.exec(written) ?? [];
  return `Expected a plain value, got the tag \`${tag}\`; put a text or an expression that begins with \`!\` in quotes`;
}

/** What YAML allows and a grid does not: nothing at all, merge keys, keys that are not plain, aliases that grow. */
function unusable(document: Document.Parsed, text: string, at: (offset: number) => Place): Problem[] {
  const problems: Problem[] = [];
  const report = (node: { range?: readonly number[] | null | undefined }, message: string): void => {
    problems.push({ ...at(node.range?.[0] ?? 0), message });
  };
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    const what = text.trim() === '' ? 'an empty file' : 'a file with nothing but comments';
    return [
      {
        line: 1,
        column: 1,
        message: `Expected a mapping with \`question\`, \`model\`, \`data\`, \`axes\`, got ${what}`,
      },
    ];
  }
  if (document.directives.yaml.version !== '1.2') {
    return [
      { line: 1, column: 1, message: `Expected YAML 1.2, got a directive for ${document.directives.yaml.version}` },
    ];
  }
  let aliases = 0;
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key)) {
        if (isAlias(key) || isCollection(key))
          report(key, 'Expected a plain key, got a list, a mapping or an alias as key');
      } else if (key.value === '<<') {
        report(key, 'Expected the keys to be written out, got a merge key `<<`, which grids do not read');
      } else if (key.value === null) {
        report(key, 'Expected a key before the colon, got nothing');
      }
    },
    Node(_, node, ancestors) {
      if (node.tag !== undefined) report(node, `Expected plain values, got the tag \`${node.tag}\``);
      if ('anchor' in node && node.anchor?.[0] === '&')
        report(node, 'Expected a value, got one that begins with `&&`; put an expression like this in quotes');
      if (ancestors.length <= MAX_DEPTH) return undefined;
      report(node, `Expected at most ${MAX_DEPTH} levels of nesting, got more`);
      return visit.BREAK;
    },
    Alias(_, alias) {
      aliases += 1;
      const target = alias.resolve(document);
      if (target === undefined) report(alias, `Expected an anchor \`&${alias.source}\` above this alias, got none`);
      else if (holdsAlias(target))
        report(alias, `Expected an alias of plain values, got \`*${alias.source}\`, which holds aliases itself`);
      else if (aliases === MAX_ALIASES + 1) report(alias, `Expected at most ${MAX_ALIASES} aliases, got more`);
    },
  });
  return problems;
}

function holdsAlias(node: Node): boolean {
  let found = false;
  visit(node, {
    Alias() {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

/** Offsets of the value at a path and of the key that leads to it, as deep as the text goes. */
function nodeAt(document: Document.Parsed, path: Path): { key: number; value: number; node: unknown } {
  let node: unknown = document.contents;
  let found = { key: startOf(node), value: startOf(node), node };
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (pair === undefined) return found;
      const key = startOf(pair.key, found.value);
      node = pair.value;
      // An absent value (`axes:` and nothing after it) has no position in the text.
      found = { key, value: isScalar(node) && node.value === null ? key : startOf(node, key), node };
    } else if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
      node = node.items[step];
      found = { key: startOf(node, found.value), value: startOf(node, found.value), node };
    } else {
      return found;
    }
  }
  return found;
}

function startOf(node: unknown, otherwise = 0): number {
  if (!isScalar(node) && !isCollection(node) && !isAlias(node)) return otherwise;
  return node.range?.[0] ?? otherwise;
}

function writtenAt(document: Document.Parsed, path: Path): string | undefined {
  const { node } = nodeAt(document, path);
  const scalar = isAlias(node) ? node.resolve(document) : node;
  return isScalar(scalar) && scalar.type === 'PLAIN' ? scalar.source : undefined;
}

/** Exact where the text stands in the file as it was read; the value's beginning where escapes or folding moved it. */
function offsetWithin(document: Document.Parsed, text: string, path: Path, offset: number): number {
  const { node, value } = nodeAt(document, path);
  const scalar = isAlias(node) ? node.resolve(document) : node;
  if (!isScalar(scalar) || typeof scalar.value !== 'string') return value;
  const start = startOf(scalar, value) + (scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE' ? 1 : 0);
  return text.startsWith(scalar.value, start) ? start + offset : value;
}
