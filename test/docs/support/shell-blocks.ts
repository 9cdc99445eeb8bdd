/** The shell commands of a page, block by block, and what the page says about running them. */
import type { Page } from './markdown.ts';

/** `ends` before the next block starts, runs `beside` the next ones and ends by itself, or `serves` until it is stopped. */
export type Manner = 'ends' | 'beside' | 'serves';

export interface ShellBlock {
  /** As they are typed, one script. */
  readonly script: string;
  /** Lines of output that a `console` block shows; those behind `...` are not shown. */
  readonly shown: readonly string[];
  readonly manner: Manner;
  /** Why a test cannot run it. */
  readonly notRun?: string;
}

/** A comment right above a block is a word to the test: `<!-- not run: REASON -->`, `<!-- run beside ... -->`, `<!-- run until ... -->`. */
const BLOCK = /(?:^ *<!-- (not run: |run )([^]*?) -->\n+)?^ *```(sh|console)\n([^]*?)^ *```$/gm;

export function shellBlocks({ text }: Page): ShellBlock[] {
  return [...text.matchAll(BLOCK)].map(([, word, rest = '', language, code]) => {
    const lines = code!.split('\n').map((line) => line.trim());
    const isConsole = language === 'console';
    const commands = isConsole
      ? lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))
      : code!.split('\n');
    return {
      script: commands.join('\n'),
      shown: isConsole ? lines.filter((line) => line !== '' && line !== '...' && !line.startsWith('$ ')) : [],
      manner: word !== 'run ' ? 'ends' : rest.startsWith('beside') ? 'beside' : 'serves',
      ...(word === 'not run: ' ? { notRun: rest.trim() } : {}),
    };
  });
}
