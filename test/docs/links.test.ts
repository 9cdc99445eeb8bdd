import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { anchorsOf, codeBlocks, codeSpans, linksOf, pages, type Page } from './support/markdown.ts';

const PAGES = pages();
const ROOMS =
  'contract models compiler grids results findings report worker orchestrator test bench docs examples scripts'.split(
    ' ',
  );
/** They tell of files as they were. */
const HISTORY = new Set(['CHANGELOG.md', 'results/LOG.md']);

/** Links of a page that lead nowhere. */
function brokenLinks({ file, text }: Page): string[] {
  return linksOf(text).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [target, anchor] = link.split('#') as [string, string?];
    const at = target === '' ? file : path.posix.join(path.posix.dirname(file), target);
    const there = path.join(packageRoot(), at);
    if (!existsSync(there)) return true;
    return anchor !== undefined && at.endsWith('.md') && !anchorsOf(readFileSync(there, 'utf8')).has(anchor);
  });
}

/** Files and folders that a page names in backticks (`room/file.ts`), and that are not there. */
function missingFiles({ file, text }: Page): string[] {
  return codeSpans(text).filter((code) => {
    const first = code.split('/')[0]!;
    // From the root of the project, or from the page's folder.
    const isRoom =
      ROOMS.includes(first) || (first !== '..' && existsSync(path.join(packageRoot(), path.dirname(file), first)));
    const isPath = isRoom && /^[\w.-]+(\/[\w.-]+)+\/?$|^[\w.-]+\/$/.test(code);
    // A page on how to add something names what its reader will write, in a heading or with NAME in it.
    const isToBeWritten = text.includes(`: \`${code}\`\n`) || code.includes('NAME');
    const isThere =
      isToBeWritten ||
      [packageRoot(), path.join(packageRoot(), path.dirname(file))].some((at) => existsSync(path.join(at, code)));
    return isPath && !isThere;
  });
}

/** `npm run NAME` and `npm NAME` in code. */
function missingScripts({ text }: Page): string[] {
  const { scripts } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const code = [...codeBlocks(text), ...codeSpans(text)].join('\n');
  return [...code.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name]) => name!).filter((name) => !(name in scripts));
}

describe('the pages', () => {
  it('are all in the index, docs/README.md', () => {
    const inDocs = PAGES.map(({ file }) => path.posix.relative('docs', file)).filter((file) => !file.startsWith('..'));
    const listed = new Set(linksOf(PAGES.find(({ file }) => file === 'docs/README.md')!.text));
    expect(inDocs.filter((file) => file !== 'README.md' && !listed.has(file))).toEqual([]);
  });

  it('are found', () => expect(PAGES.map(({ file }) => file)).toContain('README.md'));

  it.each(PAGES.map((page) => [page.file, page] as const))('%s links to what is there', (_, page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it.each(PAGES.filter(({ file }) => !HISTORY.has(file)).map((page) => [page.file, page] as const))(
    '%s names files and npm scripts that are there',
    (_, page) => {
      expect([...missingFiles(page), ...missingScripts(page)]).toEqual([]);
    },
  );
});
