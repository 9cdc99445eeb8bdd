import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ENGINE_NUMERICS } from '../../contract/index.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const GRID = `
question: Whose numbers are these?
engine: noop
model: { family: resnet-rs-small }
data: { name: fashion-mnist, trainImages: 1000 }
recipe: { batchSize: 100, learningRate: 0.1 }
axes: { width: [0.5, 1], depth: 8, resolution: 28, epochs: 1 }
`;

/** Of this process alone: the workers it starts are processes of the version that is installed. */
const planFor = (numerics: number): unknown => Object.assign(ENGINE_NUMERICS, { noop: numerics });

describe('a sweep that was planned for another numerics version', () => {
  const newFolder = useFolders();
  useCli();
  const installed = ENGINE_NUMERICS.noop;
  afterEach(() => planFor(installed));

  it('is trained by no worker of this one, and loses no trial', async () => {
    const folder = newFolder();
    const grid = path.join(folder, 'grid.yaml');
    const db = path.join(folder, 'results.db');
    writeFileSync(grid, GRID);
    planFor(installed + 1);
    const { code, err } = await invoke('run', grid, '--db', db, '--workers', '1');
    expect(code).not.toBe(0);
    expect(err).toMatch(
      /Expected numerics version 2 of the engine noop.*got version 1.*Update scalesweep on this machine/,
    );
    planFor(installed);
    const status = JSON.parse((await invoke('status', '--db', db, '--json')).out) as { counts: object };
    expect(status.counts).toMatchObject({ planned: 2, failed: 0, done: 0 });
    // The same grid by this version: other trials, trained here.
    const again = await invoke('run', grid, '--db', db, '--workers', '1', '--json');
    expect(again.code, again.err).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({ trained: 2 });
  });
});
