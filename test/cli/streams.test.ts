import { spawn } from 'node:child_process';
import { existsSync, openSync, closeSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const PLAN = [
  path.join(packageRoot(), 'orchestrator/cli.ts'),
  'plan',
  path.join(packageRoot(), 'grids/resnet-rs-imagenet.yaml'),
  '--json',
];

/** Starts `plan` with standard output somewhere special; resolves to its exit code and standard error. */
function planInto(
  stdout: 'pipe' | number,
  onStart: (close: () => void) => void,
): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, ['--import', TSX, ...PLAN], { stdio: ['ignore', stdout, 'pipe'] });
  let err = '';
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  onStart(() => child.stdout?.destroy());
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, err })));
}

describe('standard output', () => {
  it('that nobody reads any more ends the program quietly', async () => {
    expect(await planInto('pipe', (close) => close())).toEqual({ code: 0, err: '' });
  });

  it.skipIf(!existsSync('/dev/full'))('that is full is an error with exit 2', async () => {
    const full = openSync('/dev/full', 'w');
    try {
      const { code, err } = await planInto(full, () => undefined);
      expect(err).toMatch(/^error: Expected to write to standard output, got ENOSPC/);
      expect(err).not.toMatch(/^ {4}at /m);
      expect(code).toBe(2);
    } finally {
      closeSync(full);
    }
  });
});
