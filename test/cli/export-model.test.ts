import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TrialSpec } from '../../contract/index.ts';
import { openDataset } from '../../worker/data/index.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { isSkippedWithout } from '../support/needs.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const installed = existsSync('/usr/share/datasets/fashion-mnist');
const execute = promisify(execFile);
const stranger = fileURLToPath(new URL('support/run-exported.mjs', import.meta.url));

/** A narrow network in the plain layout, and one that the blocked layout is chosen for where the CPU has it. */
const GRID = `
question: Does a trained network leave the program unharmed?
model: { family: resnet-rs-small, seRatio: 0.25, resnetD: true }
data: { name: fashion-mnist, trainImages: 640, minivalImages: 100 }
recipe: { batchSize: 32, learningRate: 0.1, flip: true, dropout: 0.1, emaDecay: 0.9 }
axes: { width: [0.25, 1], depth: [8], resolution: [8], epochs: [2] }
`;

interface Row {
  readonly id: string;
  readonly testTop1: number;
}

// Skipped, visibly, where the Debian package is not installed: its other sources need a network.
describe.skipIf(isSkippedWithout(installed))('export-model, of networks that were trained by a run', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-test-'));
  const db = path.join(folder, 'results.db');
  let rows: Row[];

  beforeAll(async () => {
    writeFileSync(path.join(folder, 'grid.yaml'), GRID);
    const run = await invoke('run', path.join(folder, 'grid.yaml'), '--db', db);
    expect(run.code, run.err).toBe(0);
    rows = JSON.parse((await invoke('export', '--db', db, '--format', 'json')).out) as Row[];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives a stranger with nothing but ONNX Runtime the stored test accuracy, to the image', async () => {
    expect(rows).toHaveLength(2);
    for (const { id, testTop1 } of rows) {
      const model = path.join(folder, `${id}.onnx`);
      // A prefix names a trial.
      const exported = await invoke('export-model', id.slice(0, 8), '--db', db, '--out', model);
      expect(exported.code, exported.err).toBe(0);
      const { images, labels } = await testImages(folder);
      const { stdout } = await execute(process.execPath, [stranger, model, images, labels]);
      const seen = JSON.parse(stdout) as Seen;
      expect(seen.count).toBe(10_000);
      expect(seen.correct).toBe(Math.round(testTop1 * 10_000));
      expect(seen.metadata).toMatchObject({
        trial: id,
        dataset: 'fashion-mnist',
        classes: '10',
        classNames: expect.stringMatching(/^\["T-shirt\/top",.*"Ankle boot"\]$/) as string,
        weights: 'moving average',
      });
      expect(Number(seen.metadata['testTop1'])).toBe(testTop1);
      expect((JSON.parse(seen.metadata['spec']!) as TrialSpec).epochs).toBe(2);
      expect(seen.batchDim).toBe('batch');
      expect(seen.opsets).toEqual([':18']);
      expect(seen.operations.filter((name) => !name.startsWith(':'))).toEqual([]);
      expect(seen.operations).not.toContain(':BatchNormalization');
    }
    // Checkpoints go with the result; what the trial learned stays.
    expect(readdirSync(path.join(folder, 'checkpoints'))).toEqual(['weights']);
  });

  it('says what is the matter when the weights are gone, torn or of another folder', async () => {
    const [row] = rows;
    const out = path.join(folder, 'not-written.onnx');
    const weights = path.join(folder, 'checkpoints', 'weights', `${row!.id}.weights`);
    writeFileSync(weights, 'torn');
    const torn = await invoke('export-model', row!.id, '--db', db, '--out', out);
    expect(torn.code).toBe(2);
    expect(torn.err).toContain(weights);
    rmSync(weights);
    const gone = await invoke('export-model', row!.id, '--db', db, '--out', out);
    expect(gone.code).toBe(2);
    expect(gone.err).toMatch(/^error: Expected the weights of trial [0-9a-f]{16} in .*checkpoints, got none$/m);
    expect(gone.err).toMatch(/^hint: /m);
    const elsewhere = await invoke('export-model', row!.id, '--db', db, '--out', out, '--checkpoints', os.tmpdir());
    expect(elsewhere.code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});

describe('export-model', () => {
  const newFolder = useFolders();

  it('refuses a trial that has no network, and one that is not there', async () => {
    const folder = newFolder();
    const db = path.join(folder, 'results.db');
    writeFileSync(path.join(folder, 'grid.yaml'), GRID);
    await invoke('run', path.join(folder, 'grid.yaml'), '--db', db, '--engine', 'noop');
    const [row] = JSON.parse((await invoke('export', '--db', db, '--format', 'json')).out) as Row[];
    const out = path.join(folder, 'm.onnx');
    const noop = await invoke('export-model', row!.id, '--db', db, '--out', out);
    expect(noop.code).toBe(2);
    expect(noop.err).toContain('noop engine');
    const absent = await invoke('export-model', 'ffff', '--db', db, '--out', out);
    expect(absent.code).toBe(2);
    expect(absent.err).toContain('ffff');
    expect(existsSync(out)).toBe(false);
  });
});

interface Seen {
  readonly correct: number;
  readonly count: number;
  readonly batchDim: string;
  readonly operations: readonly string[];
  readonly opsets: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The test split as files of bytes. */
async function testImages(folder: string): Promise<{ images: string; labels: string }> {
  const data = { name: 'fashion-mnist', identity: 'fashion-mnist/1', trainImages: 640, minivalImages: 100 };
  const { test } = await openDataset(data, { resolution: 8, channels: 1 });
  const [images, labels] = [path.join(folder, 'images'), path.join(folder, 'labels')];
  writeFileSync(images, test.pixels!);
  writeFileSync(labels, Uint8Array.from(test.labels));
  return { images, labels };
}
