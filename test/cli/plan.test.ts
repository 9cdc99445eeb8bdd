import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const grid = (name: string): string => path.join(packageRoot(), 'grids', name);

interface PlanJson {
  readonly trials: readonly Record<string, unknown>[];
  readonly excluded: readonly Record<string, unknown>[];
  readonly totals: Record<string, unknown>;
}

describe('plan', () => {
  it('prints one JSON document with every field of the contract', async () => {
    const { code, out } = await invoke('plan', grid('quickstart.yaml'), '--json');
    expect(code).toBe(0);
    const plan = JSON.parse(out) as PlanJson;
    expect(plan.trials).toHaveLength(16);
    for (const field of [
      'width',
      'depth',
      'resolution',
      'epochs',
      'seed',
      'flops',
      'params',
      'activations',
      'memoryBytes',
      'trainFlops',
    ]) {
      expect(plan.trials[0]).toHaveProperty(field, expect.any(Number));
    }
    expect(plan.trials[0]).toHaveProperty('id', expect.stringMatching(/^[0-9a-f]{16}$/));
    expect(plan.totals).toMatchObject({ trials: 16, predictedSeconds: expect.any(Number) as number });
  });

  it("plans the paper's 525 cells", async () => {
    const { out } = await invoke('plan', grid('resnet-rs-imagenet.yaml'), '--json');
    expect((JSON.parse(out) as PlanJson).trials).toHaveLength(525);
  });

  it('cuts by the caps given, and names them', async () => {
    const { out } = await invoke('plan', grid('quickstart.yaml'), '--json', '--max-flops', '5M');
    const { trials, excluded } = JSON.parse(out) as PlanJson;
    expect(trials.every(({ flops }) => Number(flops) <= 5e6)).toBe(true);
    expect(excluded.length + trials.length).toBe(16);
    expect(excluded[0]).toMatchObject({ rule: 'flops <= 5M (--max-flops)' });
  });

  it('counts GPU-hours for a device', async () => {
    const { out } = await invoke('plan', grid('resnet-rs-imagenet.yaml'), '--json', '--device-flops', '50T');
    const { totals } = JSON.parse(out) as PlanJson;
    expect(totals['gpuHours']).toBeCloseTo(Number(totals['trainFlops']) / 50e12 / 3600, 6);
  });

  it('gives trials of another engine other ids', async () => {
    const ids = async (...args: string[]): Promise<unknown[]> =>
      (JSON.parse((await invoke('plan', grid('quickstart.yaml'), '--json', ...args)).out) as PlanJson).trials.map(
        ({ id }) => id,
      );
    const own = new Set(await ids());
    expect((await ids('--engine', 'noop')).some((id) => own.has(id))).toBe(false);
    expect((await ids('--engine', 'onnx')).every((id) => own.has(id))).toBe(true);
  });

  it('shows the first cells and sums of a long plan', async () => {
    const { out } = await invoke('plan', grid('resnet-rs-imagenet.yaml'), '--rows', '3');
    expect(out).toMatch(/and 522 more cells/);
    expect(out).toMatch(/525 trials/);
    expect(
      Math.max(
        ...out
          .split('\n')
          .filter((line) => line.startsWith('─'))
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(120);
  });

  it('costs one network by stage, summing to the total', async () => {
    const { out } = await invoke('cost', '--family', 'resnet-rs', '--depth', '50', '--resolution', '160', '--json');
    const cost = JSON.parse(out) as { flops: number; params: number; stages: { flops: number; params: number }[] };
    expect(cost.stages.reduce((sum, { flops }) => sum + flops, 0)).toBe(cost.flops);
    // ResNet-RS, Table 7: 36 M parameters, 4.6 GFLOPs.
    expect(cost.params / 1e6).toBeCloseTo(36, 0);
    expect(cost.flops / 1e9).toBeCloseTo(4.6, 1);
  });
});
