import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../../contract/index.ts';
import { softwareVulkan } from '../../support/software-vulkan.ts';
import { relativeError } from './exercise.ts';
import { isSkippedWithout } from '../../support/needs.ts';
import { TRAINS_MINUTES } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_MINUTES, hookTimeout: TRAINS_MINUTES });

interface Training {
  readonly device: string;
  readonly layout: string;
  readonly losses: readonly number[];
  readonly state: Readonly<Record<string, readonly number[]>>;
  readonly logits: readonly number[];
  readonly again: Pick<Training, 'losses' | 'state'>;
}

const vulkan = softwareVulkan();
const why = 'missing' in vulkan ? ` (not run: ${vulkan.missing})` : '';
const run = promisify(execFile);

/** In CI, where Chromium is installed, its absence is a failure. */
describe.skipIf(isSkippedWithout('env' in vulkan))(`WebGPU on a software driver${why}`, () => {
  const env = 'env' in vulkan ? vulkan.env : {};
  const start = (file: string, ...args: string[]): Promise<{ stdout: string }> =>
    run(process.execPath, ['--import', 'tsx', path.join(packageRoot(), file), ...args], {
      cwd: packageRoot(),
      env: { ...process.env, ...env },
      maxBuffer: 1e8,
    });
  let gpu: Training;
  let cpu: Training;

  beforeAll(async () => {
    expect(vulkan).not.toHaveProperty('missing');
    const { stdout } = await start('test/worker/onnx/train-on.ts', 'webgpu:0', 'cpu');
    [gpu, cpu] = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Training) as [Training, Training];
  });

  it('trains as the CPU does, within 1e-3 after five steps', () => {
    expect([gpu.device, gpu.layout, cpu.device]).toEqual(['webgpu:0', 'portable', 'cpu']);
    expect(gpu.losses).toHaveLength(5);
    gpu.losses.forEach((loss, step) => expect(Math.abs(loss / cpu.losses[step]! - 1)).toBeLessThan(1e-3));
    for (const [name, values] of Object.entries(cpu.state)) {
      const error = relativeError(Float32Array.from(gpu.state[name]!), Float32Array.from(values));
      expect(error, name).toBeLessThan(1e-3);
    }
    expect(relativeError(Float32Array.from(gpu.logits), Float32Array.from(cpu.logits))).toBeLessThan(1e-3);
  });

  it('gives the same numbers to the last bit when the state is brought home and taken back on the way', () => {
    expect(gpu.again).toEqual({ losses: gpu.losses, state: gpu.state });
  });

  it('is found by the doctor', async () => {
    const { stdout } = await start('orchestrator/cli.ts', 'doctor', '--json');
    const { checks } = JSON.parse(stdout) as { checks: { what: string; state: string; found: string }[] };
    expect(checks).toContainEqual({
      what: 'device webgpu:0',
      state: 'ok',
      found: 'trains with --devices webgpu:0',
    });
  });
});
