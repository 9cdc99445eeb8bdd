import { execFileSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { sourceOrBuilt } from '../../../worker/child/source-or-built.ts';
import { returnMemory } from '../../../worker/process/return-memory.ts';
import { STARTS_PROCESSES } from '../../support/time-outs.ts';

// The module that is started here is the test's own, so it is not in dist/.
vi.unmock('../../../worker/child/source-or-built.ts');
vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

test.runIf(process.platform === 'linux')('memory that nobody uses any more is returned to the system', () => {
  const { file, execArgv } = sourceOrBuilt(import.meta.url, './leave-garbage');
  const out = execFileSync(process.execPath, ['--expose-gc', ...execArgv, file], { encoding: 'utf8' });
  const { before, after } = JSON.parse(out) as { before: number; after: number };
  // 200 MB were held.
  expect(before - after).toBeGreaterThan(100e6);
});

test('a process that cannot collect its garbage continues', async () => {
  expect(globalThis.gc).toBeUndefined();
  await expect(returnMemory()).resolves.toBeUndefined();
});
