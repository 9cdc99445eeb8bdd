import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { madeUpFiles, writePacked } from './made-up-files.ts';
import { temporaryFolders } from './temporary-folders.ts';
import { STARTS_PROCESSES } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const temporary = temporaryFolders();

describe('two processes that fetch and prepare one dataset at once', () => {
  it('both have it whole, and leave whole files and nothing else', async () => {
    const files = madeUpFiles(600, 100);
    const [installed, cacheDir] = [temporary(), temporary()];
    writePacked(installed, files);
    const child = path.join(import.meta.dirname, 'open-in-child.ts');
    const children = [1, 2].map(() => fork(child, [installed, cacheDir], { execArgv: ['--import', 'tsx'] }));
    const answers = await Promise.all(
      children.map(async (process) => {
        await once(process, 'message');
        return process;
      }),
    );
    // Both are loaded and waiting: they start together.
    const digests = answers.map(async (process) => {
      const answer = once(process, 'message');
      process.send('go');
      const [digest] = (await answer) as [string];
      await once(process, 'exit');
      return digest;
    });
    const [one, two] = await Promise.all(digests);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(two).toBe(one);
    const folder = path.join(cacheDir, 'made-up');
    expect(readdirSync(folder).sort()).toEqual(['prepared', ...files.keys()].sort());
    for (const [name, content] of files) expect(readFileSync(path.join(folder, name)).equals(content)).toBe(true);
    expect(readdirSync(path.join(folder, 'prepared'))).toEqual([expect.stringMatching(/\.bin$/)]);
  });
});
