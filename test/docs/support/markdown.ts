/** The project's pages, and what the tests of the docs read in them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../contract/index.ts';

export interface Page {
  /** Relative to the root of the project. */
  readonly file: string;
  readonly text: string;
}

/** Checked out or built by others. */
const ELSEWHERE = new Set(['node_modules', 'dist', '.git', '.scalesweep']);

/** All `*.md` of the project. */
export function pages(): Page[] {
  const walk = (folder: string): string[] =>
    readdirSync(path.join(packageRoot(), folder), { withFileTypes: true }).flatMap((entry) => {
      if (ELSEWHERE.has(entry.name)) return [];
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) return walk(file);
      return entry.name.endsWith('.md') ? [file] : [];
    });
  return walk('').map(page);
}

export function page(file: string): Page {
  return { file, text: readFileSync(path.join(packageRoot(), file), 'utf8') };
}

const FENCE = /^ *```([^\n]*)\n([^]*?)^ *```$/gm;

/** The contents of code blocks, of one language if given. */
export function codeBlocks(text: string, language?: string): string[] {
  return [...text.matchAll(FENCE)]
    .filter(([, name]) => language === undefined || name === language)
    .map(([, , code]) => code!);
}

/** A page without its code blocks. */
export function proseOf(text: string): string {
  return text.replaceAll(FENCE, '');
}

/** What stands between single backticks; a span may be broken over lines. */
export function codeSpans(text: string): string[] {
  return [...proseOf(text).matchAll(/`([^`]+)`/g)].map(([, code]) => code!.replaceAll(/\s+/g, ' '));
}

/** Targets of links and images. */
export function linksOf(text: string): string[] {
  return [
    ...proseOf(text)
      .replaceAll(/`[^`]+`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, target]) => target!);
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): Set<string> {
  const headings = [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** The cells of the first column of every table, without backticks around them. */
export function firstColumn(text: string): string[] {
  return [...text.matchAll(/^\| *`([^`|]+)`/gm)].map(([, cell]) => cell!);
}
