import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

/** Two real trainings of a second. */
const GRID = `
question: What happens on a device that is not there?
model: { family: resnet-rs-small, baseWidth: 4 }
data: { name: fashion-mnist, trainImages: 64, minivalImages: 32 }
recipe: { batchSize: 16, learningRate: 0.05 }
axes: { width: [1], depth: [8], resolution: [8, 10], epochs: [1] }
`;

describe('devices', () => {
  const newFolder = useFolders();

  it.skipIf(existsSync('/dev/nvidia0'))(
    'that are missing end a run with what to install, and nothing is lost or trained elsewhere',
    async () => {
      const folder = newFolder();
      const grid = path.join(folder, 'grid.yaml');
      const db = path.join(folder, 'results.db');
      writeFileSync(grid, GRID);
      const { code, out, err } = await invoke('run', grid, '--db', db, '--devices', 'cuda:0');
      expect(code, err).toBe(2);
      expect(err).toMatch(/error: Expected the device cuda:0, got from ONNX Runtime: /);
      expect(err).toMatch(/ONNXRUNTIME_NODE_INSTALL=cuda12 .*CUDA 12 and cuDNN 9/);
      expect(err).toMatch(/hint: Nothing finished is lost\. .*scalesweep resume [0-9a-f]{12} --devices cuda:0/);
      expect(err).not.toMatch(/^ {4}at /m);
      expect(out).toBe('');
      const status = JSON.parse((await invoke('status', '--db', db, '--json')).out) as Record<string, unknown>;
      expect(status).toMatchObject({ counts: { planned: 2, running: 0, done: 0, failed: 0 } });

      const resumed = await invoke('resume', '--db', db, '--json');
      expect(resumed.code, resumed.err).toBe(0);
      expect(JSON.parse(resumed.out)).toMatchObject({ outcome: 'finished', trained: 2, counts: { done: 2 } });
    },
  );

  it('are examined by the doctor, each with a mend where it is missing', async () => {
    const { code, out } = await invoke('doctor', '--db', path.join(newFolder(), 'results.db'), '--json');
    expect(code).toBe(0);
    const { checks } = JSON.parse(out) as { checks: { what: string; state: string; mend?: string }[] };
    for (const device of ['cuda:0', 'webgpu:0']) {
      const check = checks.find(({ what }) => what === `device ${device}`);
      expect(check?.state).toMatch(/^(ok|optional)$/);
      expect(check?.mend === undefined).toBe(check?.state === 'ok');
    }
  });
});

describe('the doctor', () => {
  const newFolder = useFolders();
  const found = async (): Promise<Record<string, string>> => {
    const { out } = await invoke('doctor', '--db', path.join(newFolder(), 'results.db'), '--json');
    const { checks } = JSON.parse(out) as { checks: { what: string; found: string }[] };
    return Object.fromEntries(checks.map((check) => [check.what, check.found]));
  };
  afterEach(() => vi.unstubAllEnvs());

  it('says how the engine is called, and which trainers may be started', async () => {
    const bare = await found();
    expect(bare['engine onnx']).toMatch(/^onnxruntime [\d.]+, through its C API$/);
    expect(bare['engine command']).toBe('no trainer is allowed');
    vi.stubEnv('SCALESWEEP_COMMANDS', JSON.stringify({ mine: { run: [process.execPath, 'train.js'] } }));
    expect((await found())['engine command']).toBe('may start mine');
    vi.stubEnv('SCALESWEEP_COMMANDS', 'mine');
    expect((await found())['engine command']).toContain('Expected JSON in SCALESWEEP_COMMANDS');
  });
});
