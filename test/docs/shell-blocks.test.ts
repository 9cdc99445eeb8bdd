import { describe, expect, it } from 'vitest';
import { page, pages } from './support/markdown.ts';
import { shellBlocks } from './support/shell-blocks.ts';

const FENCE = /^ *```(\w*)\n([^]*?)^ *```$/gm;
const COMMAND = /^ *(?:\$ )?(?:npx |npm |[A-Z_]+=\S+ )*(?:scalesweep [a-z]|npm (?:ci|pack|install|run)|redis-server )/m;

describe('shell commands of the pages', () => {
  const blocks = pages().flatMap((each) => shellBlocks(each).map((block) => ({ file: each.file, ...block })));

  it('are run by a test, or say why not', () => {
    expect(blocks.filter(({ notRun }) => notRun === undefined).length).toBeGreaterThan(5);
    for (const { file, script, notRun } of blocks)
      if (notRun !== undefined) expect(notRun.length, `${file}: ${script}`).toBeGreaterThan(10);
  });

  // A drawing of the parts of a system names commands, too.
  it.each(pages())('stand in blocks marked `sh` or `console`: $file', ({ text }) => {
    const unmarked = [...text.matchAll(FENCE)].filter(
      ([, language, code]) => language === '' && COMMAND.test(code!) && !code!.includes('─'),
    );
    expect(unmarked.map(([, , code]) => code)).toEqual([]);
  });

  it('are read with what is said about them', () => {
    const text = [
      '<!-- not run: needs two GPUs -->',
      '',
      '```sh',
      'scalesweep run GRID',
      '```',
      '',
      '<!-- run beside the worker -->',
      '',
      '```console',
      '$ scalesweep plan GRID',
      '2 trials',
      '...',
      '```',
    ].join('\n');
    expect(shellBlocks({ file: 'x.md', text })).toEqual([
      { script: 'scalesweep run GRID\n', shown: [], manner: 'ends', notRun: 'needs two GPUs' },
      { script: 'scalesweep plan GRID', shown: ['2 trials'], manner: 'beside' },
    ]);
  });

  it('of the page on findings show their output', () => {
    expect(shellBlocks(page('docs/findings.md'))[0]?.shown.length).toBeGreaterThan(3);
  });
});
