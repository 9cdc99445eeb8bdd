import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

type Json = Record<string, unknown>;

const GRID = `
question: Which axis pays best?
engine: noop
model: { family: resnet-rs-small }
data: { name: fashion-mnist, trainImages: 1000, minivalImages: 1000 }
recipe: { batchSize: 100, learningRate: 0.1 }
seeds: 3
axes:
  width: [0.5, 1, 2]
  depth: [8, 14, 20]
  resolution: [16, 20]
  epochs: [1, 4]
budgets:
  - flops: 10M
`;

describe('answers from the store', () => {
  const newFolder = useFolders();
  /** The sweep that all ask about, each in a copy of its own. */
  const trained = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-test-'));
  let folder: string;
  let db: string;

  beforeAll(async () => {
    const grid = path.join(trained, 'grid.yaml');
    writeFileSync(grid, GRID);
    const run = await invoke('run', grid, '--db', path.join(trained, 'results.db'), '--workers', '1');
    expect(run.code, run.err).toBe(0);
    expect(run.out).toMatch(/at most 10M FLOPs/);
  });
  afterAll(() => rmSync(trained, { recursive: true, force: true }));
  beforeEach(() => {
    folder = newFolder();
    db = path.join(folder, 'results.db');
    cpSync(trained, folder, { recursive: true });
  });
  const json = async (...args: string[]): Promise<Json> =>
    JSON.parse((await invoke(...args, '--db', db, '--json')).out) as Json;

  it('have the fields of the contract', async () => {
    const best = await json('best', '--max-flops', '10M');
    expect(best).toMatchObject({
      budget: { flops: 10e6 },
      best: { seeds: 3, interval: [expect.any(Number), expect.any(Number)] },
    });
    expect((best['best'] as Json)['flops']).toBeLessThanOrEqual(10e6);
    expect(best['withinNoise']).toEqual(expect.any(Array));
    expect(await json('pareto', '--axis', 'trainFlops')).toMatchObject({
      axis: 'trainFlops',
      front: expect.any(Array) as unknown[],
    });
    expect(await json('isoflop', '--flops', '5M')).toMatchObject({ axis: 'flops', target: 5e6 });
    const { findings } = (await json('findings')) as { findings: Json[] };
    for (const field of [
      'id',
      'question',
      'axis',
      'scope',
      'effect',
      'unit',
      'interval',
      'pairs',
      'verdict',
      'wouldSeparate',
    ]) {
      expect(findings[0]).toHaveProperty(field);
    }
    expect((await json('export')) as unknown).toHaveLength(108);
  });

  it('say what to scale from a cell under a budget, with the evidence', async () => {
    const { recommendation } = await json(
      'findings',
      '--from',
      'width=0.5,depth=8,resolution=16,epochs=4',
      '--max-flops',
      '3M',
    );
    expect(recommendation).toMatchObject({ axis: 'flops', from: { width: 0.5, depth: 8, resolution: 16, epochs: 4 } });
    expect((recommendation as { cost: number }).cost).toBeLessThanOrEqual(3e6);
    const { out } = await invoke('findings', '--question', 'depth-over-width', '--db', db);
    expect(out).toMatch(/^depth-over-width/m);
    expect(out).not.toMatch(/^winner-flips/m);
    expect(out).toMatch(/\nEvidence:\n- /);
  });

  it.each<[string[], RegExp]>([
    [['--from', 'width=1,depth=14'], /Expected a cell such as width=1,depth=14,resolution=20,epochs=30/],
    [['--from', 'width=1,width=1,depth=14,resolution=-2,epochs=1'], /each once and above 0/],
    [['--max-flops', '1G', '--max-params', '1M'], /Expected one budget, got flops and params/],
    [['--question', 'depth-over-widht'], /Expected the name of a question, got 'depth-over-widht'/],
    [['--separate', 'nothing'], /Expected the id of a finding, got 'nothing'/],
  ])('refuse findings with %j', async (args, message) => {
    const { code, out, err } = await invoke('findings', ...args, '--db', db);
    expect(err).toMatch(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('turn an open finding into a grid that trains what is missing', async () => {
    const { findings } = await json('findings');
    const open = (findings as { id: string; wouldSeparate: { trials: number } | null }[]).find(
      ({ wouldSeparate }) => (wouldSeparate?.trials ?? 0) > 0,
    )!;
    const next = path.join(folder, 'next.yaml');
    const args = ['findings', '--separate', open.id, '--db', db];
    const written = await invoke(...args, '--out', next);
    expect(written.code, written.err).toBe(0);
    expect(`${(await invoke(...args)).out.trimEnd()}\n`).toBe(readFileSync(next, 'utf8'));
    const run = await invoke('run', next, '--db', db, '--workers', '1');
    expect(run.code, run.err).toBe(0);
    expect(run.out).toContain(`${open.wouldSeparate!.trials} trained now`);
  });

  it('are narrowed by conditions', async () => {
    const { front } = (await json('pareto', '--where', 'width=1,depth>=14')) as { front: Json[] };
    expect(front.length).toBeGreaterThan(0);
    expect(front.every(({ width, depth }) => width === 1 && Number(depth) >= 14)).toBe(true);
  });

  it('fit a terminal', async () => {
    for (const args of [['best', '--max-flops', '10M'], ['pareto'], ['isoflop', '--flops', '5M']]) {
      const { out } = await invoke(...args, '--db', db);
      expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    }
  });

  it('refuse a budget that no cell fits with 2', async () => {
    const { code, err } = await invoke('best', '--max-flops', '1k', '--db', db);
    expect(code).toBe(2);
    expect(err).toMatch(/Expected a measured cell with at most 1k FLOPs, got none/);
  });

  it('are exported whole, to a file or to standard output', async () => {
    const { out } = await invoke('export', '--format', 'csv', '--db', db);
    expect(out.trim().split('\n')).toHaveLength(109);
    const file = path.join(folder, 'out.csv');
    expect((await invoke('export', '--db', db, '--out', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8').trim()).toBe(out.trim());
    expect(readdirSync(folder).filter((name) => name.includes('making'))).toEqual([]);
    const refused = await invoke('export', '--db', db, '--out', path.join(file, 'below-a-file'));
    expect(refused.code).toBe(2);
  });

  it('include results trained elsewhere, imported once', async () => {
    const file = path.join(packageRoot(), 'results/published/figure3.csv');
    expect(Number((await json('import', file))['added'])).toBeGreaterThan(0);
    expect(await json('import', file)).toMatchObject({ added: 0 });
  });
});
