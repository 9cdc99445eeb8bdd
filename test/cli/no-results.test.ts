import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parseGrid } from '../../grids/index.ts';
import { planSweep } from '../../orchestrator/launch/plan/plan-sweep.ts';
import { storePlan } from '../../orchestrator/launch/plan/store-plan.ts';
import { ownStore } from '../../orchestrator/launch/store-access.ts';
import { noopGrid } from '../orchestrator/chaos/grids.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const QUESTIONS = [['best'], ['pareto'], ['isoflop', '--flops', '5M'], ['findings'], ['report']];

describe('a sweep without results', () => {
  const newFolder = useFolders();
  useCli();
  let db: string;
  beforeEach(async () => {
    db = path.join(newFolder(), 'results.db');
    const plan = planSweep(parseGrid(noopGrid({ trials: 3, epochs: 2 }), 'grid.yaml'));
    await ownStore({ db }, (store) => storePlan(store, plan, Date.now()));
  });

  it.each(QUESTIONS.map((args) => [args.join(' '), args] as const))('is answered alike by %s', async (_, args) => {
    const { code, out } = await invoke(...args, '--db', db);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^No results yet: 0 of 3 trials of grid \([0-9a-f]{12}\) are done\. scalesweep status says where it stands\.$/,
    );
  });

  it('has the empty document with --json, and the sentence beside it', async () => {
    const { code, out, err } = await invoke('best', '--db', db, '--json');
    expect([code, JSON.parse(out)]).toMatchObject([0, { best: null }]);
    expect(err).toMatch(/^No results yet/);
  });
});

describe('findings as text and JSON', () => {
  const newFolder = useFolders();
  useCli();

  it('explain their names, say where nothing was compared, and print the separating grid as JSON', async () => {
    const folder = newFolder();
    const db = path.join(folder, 'results.db');
    const grid = path.join(folder, 'grid.yaml');
    writeFileSync(
      grid,
      noopGrid({ trials: 2, epochs: 2 })
        .replace('depth: [8]', 'depth: [8, 14]')
        .replace('width: [1]', 'width: [0.5, 1]'),
    );
    expect((await invoke('run', grid, '--db', db, '--workers', '2')).code).toBe(0);
    const { out } = await invoke('findings', '--db', db);
    expect(out).toMatch(/^depth-over-width: at matched cost, is scaling depth ahead of scaling width\?$/m);
    const { findings } = JSON.parse((await invoke('findings', '--db', db, '--json')).out) as {
      findings: { id: string; wouldSeparate: { trials: number } | null }[];
    };
    const open = findings.find(({ wouldSeparate }) => (wouldSeparate?.trials ?? 0) > 0);
    expect(open).toBeDefined();
    const separated = await invoke('findings', '--db', db, '--separate', open!.id, '--json');
    expect(JSON.parse(separated.out)).toMatchObject({
      finding: open!.id,
      trials: open!.wouldSeparate!.trials,
      grid: expect.stringContaining('axes:') as string,
      file: null,
    });
  });
});
