import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../results/index.ts';
import { trialFacts } from '../../results/queries/trial-facts.ts';
import { readCalibration, calibrationKey } from '../../orchestrator/calibration/calibration-file.ts';
import { invoke, type Invocation } from '../orchestrator/support/invoke.ts';
import { isSkippedWithout } from '../support/needs.ts';
import { TRAINS_MINUTES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_MINUTES, hookTimeout: TRAINS_MINUTES });

const installed = existsSync('/usr/share/datasets/fashion-mnist');

const gridOf = (epochs: string): string => `
question: How long does a trial take?
model: { family: resnet-rs-small, baseWidth: 16 }
data: { name: fashion-mnist, trainImages: 320, minivalImages: 100 }
recipe: { batchSize: 32, learningRate: 0.1 }
axes: { width: [1], depth: [8], resolution: [8], epochs: ${epochs} }
`;

// Skipped, visibly, where the Debian package is not installed: its other sources need a network.
describe.skipIf(isSkippedWithout(installed))('a calibration', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-test-'));
  const cache = path.join(folder, 'calibration');
  const grid = path.join(folder, 'grid.yaml');
  const place = { device: 'cpu', threads: 1, workers: 1 };
  const before = process.env['SCALESWEEP_CALIBRATION'];

  beforeAll(() => {
    process.env['SCALESWEEP_CALIBRATION'] = cache;
    writeFileSync(grid, gridOf('[1]'));
  });
  afterAll(() => {
    process.env['SCALESWEEP_CALIBRATION'] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (...args: string[]): Promise<Invocation> =>
    invoke('run', grid, '--db', path.join(folder, 'results.db'), '--workers', '1', ...args);
  const plan = async (): Promise<string> => (await invoke('plan', grid, '--workers', '1')).out;

  it('is measured by the first run that trains, used by plans, and corrected by each run', async () => {
    expect(await plan()).toContain('nothing like them was measured here yet');
    const noop = await run('--engine', 'noop');
    expect(noop.code, noop.err).toBe(0);
    expect(noop.err).not.toMatch(/at the pace measured/);
    expect(existsSync(cache)).toBe(false);

    const first = await run();
    expect(first.code, first.err).toBe(0);
    expect(first.err).toMatch(/^measuring how fast cpu trains with 1 worker, once for this machine: 5 to 30 s$/m);
    expect(first.err).toMatch(/^about .* for 1 trial with 1 worker, at the pace measured on this machine$/m);
    expect(await plan()).toContain('at the pace measured here');
    const calibration = readCalibration(calibrationKey(place));
    expect(calibration!.probes.length).toBeGreaterThanOrEqual(4);
    expect(calibration!.trials.map(({ model }) => model.resolution)).toEqual([8]);

    const store = openStore(path.join(folder, 'results.db'), { mode: 'read' });
    const [trained] = trialFacts(store).predictions;
    store.close();
    expect(trained!.predictedSeconds).toBeGreaterThan(0);

    writeFileSync(grid, gridOf('[1, 2]'));
    const second = await run();
    expect(second.code, second.err).toBe(0);
    expect(second.err).not.toMatch(/^measuring/m);
    expect(readdirSync(cache)).toHaveLength(1);
    // What was predicted of the trial that was done before is not told again.
    const again = openStore(path.join(folder, 'results.db'), { mode: 'read' });
    const kept = trialFacts(again).predictions.find(({ id }) => id === trained!.id);
    again.close();
    expect(kept).toEqual(trained);
  });

  it('that is missing is named by doctor, with the way to get one', async () => {
    process.env['SCALESWEEP_CALIBRATION'] = path.join(folder, 'none');
    const { out } = await invoke('doctor', '--db', path.join(folder, 'results.db'));
    process.env['SCALESWEEP_CALIBRATION'] = cache;
    expect(out).toMatch(/^calibration +optional +none/m);
    expect(out).toContain('scalesweep doctor --calibrate');
  });
});
