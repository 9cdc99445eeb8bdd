import { afterEach, describe, expect, it } from 'vitest';
import { STARTS_PROCESSES } from '../support/time-outs.ts';
import { pages } from './support/markdown.ts';
import { PageRunner, signalGroup } from './support/page-runner.ts';
import { shellBlocks, type ShellBlock } from './support/shell-blocks.ts';

const runnable = pages()
  .map((page) => ({ file: page.file, blocks: shellBlocks(page).filter(({ notRun }) => notRun === undefined) }))
  .filter(({ blocks }) => blocks.length > 0);

describe('the commands of a page work, in the order of the page', () => {
  let runner: PageRunner | undefined;
  afterEach(() => runner?.close());

  it('on several pages', () => expect(runnable.length).toBeGreaterThan(3));

  it.each(runnable)('$file', { timeout: STARTS_PROCESSES }, async ({ blocks }) => {
    runner = await PageRunner.open();
    const beside: { block: ShellBlock; ended: Promise<unknown> }[] = [];
    const servers: ReturnType<PageRunner['start']>[] = [];
    const succeeds = async (block: ShellBlock, running: ReturnType<PageRunner['start']>): Promise<void> => {
      const { code, output } = await running.ended;
      expect({ script: block.script, code, output }).toEqual({ script: block.script, code: 0, output });
      for (const line of block.shown) expect(spaced(output)).toContain(spaced(line));
    };
    for (const block of blocks) {
      const running = runner.start(block);
      if (block.manner === 'ends') await succeeds(block, running);
      else if (block.manner === 'serves') servers.push(running);
      else beside.push({ block, ended: succeeds(block, running) });
    }
    await Promise.all(beside.map(({ ended }) => ended));
    for (const { child, ended } of servers) {
      expect(child.exitCode, child.exitCode === null ? '' : (await ended).output).toBeNull();
      signalGroup(child, 'SIGINT');
      const { code, output } = await ended;
      expect([0, 130], output).toContain(code);
    }
  });
});

/** Tables are padded by their widest cell. */
const spaced = (text: string): string => text.replaceAll(/ +/g, ' ');
