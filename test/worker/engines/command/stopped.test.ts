import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useFolders } from '../../../orchestrator/support/folders.ts';
import { waitUntil } from '../../../orchestrator/support/wait-until.ts';
import { STARTS_PROCESSES } from '../../../support/time-outs.ts';

const newFolder = useFolders();

it(
  'does not take a trainer for silent that wrote while its own worker was stopped',
  { timeout: STARTS_PROCESSES },
  async () => {
    const file = path.join(import.meta.dirname, 'train-silence.ts');
    // Its process group is stopped as Ctrl-Z does; the trainer has a group of its own and writes on.
    const group = spawn(process.execPath, ['--import', 'tsx', file, newFolder()], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    group.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    try {
      await waitUntil('it trains', () => said.includes('started'));
      process.kill(-group.pid!, 'SIGSTOP');
      await sleep(3000);
      process.kill(-group.pid!, 'SIGCONT');
      await waitUntil('it has ended', () => said.includes('ended'));
      expect(said).toContain('"type":"done"');
    } finally {
      if (group.exitCode === null) process.kill(-group.pid!, 'SIGKILL');
    }
  },
);
