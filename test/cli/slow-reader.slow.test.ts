import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../contract/index.ts';

const root = packageRoot();
const plan = ['dist/orchestrator/cli.js', 'plan', 'grids/resnet-rs-imagenet.yaml', '--json'];

// Longer than the program waits for what still holds it open at its end.
const PAUSE_MS = 7000;

it('is written whole to a reader that begins late', async () => {
  const expected = execFileSync(process.execPath, plan, { cwd: root, maxBuffer: 1e9 });
  expect(expected.length).toBeGreaterThan(100_000);
  const child = spawn('sh', ['-c', `'${process.execPath}' ${plan.join(' ')} | (sleep ${PAUSE_MS / 1000}; cat)`], {
    cwd: path.resolve(root),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(0);
  expect(Buffer.concat(chunks).equals(expected)).toBe(true);
});
