import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { noopGrid } from '../orchestrator/chaos/grids.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Best {
  best: { depth: number; seeds: number; minivalTop1: number };
}

it(
  'best --confirm trains seeds of the best cell that it was not chosen by, as a sweep of their own',
  async () => {
    const [db, grid] = [path.join(folder, 'results.db'), path.join(folder, 'grid.yaml')];
    writeFileSync(grid, noopGrid({ trials: 2, epochs: 2 }).replace('depth: [8]', 'depth: [8, 14]'));
    expect((await invoke('run', grid, '--db', db)).code).toBe(0);
    const chosen = JSON.parse((await invoke('best', '--db', db, '--json')).out) as Best;
    const { code, out } = await invoke('best', '--db', db, '--confirm', '3', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'finished', trained: 3, counts: { done: 3 } });
    const text = readFileSync(path.join(folder, 'confirm.yaml'), 'utf8');
    expect(text).toContain(`depth: ${chosen.best.depth},`);
    expect(text).toMatch(/^seeds: \[ ?2, 3, 4 ?\]$/m);
    const fresh = JSON.parse((await invoke('best', '--db', db, '--sweep', 'confirm', '--json')).out) as Best;
    expect(fresh.best).toMatchObject({ depth: chosen.best.depth, seeds: 3 });
    // Once more: seeds beyond those, too.
    const again = await invoke('best', '--db', db, '--confirm', '2', '--out', path.join(folder, 'again.yaml'));
    expect(again.out).toContain('again: 2 trials done, 2 trained now');
    expect(readFileSync(path.join(folder, 'again.yaml'), 'utf8')).toMatch(/^seeds: \[ ?5, 6 ?\]$/m);
  },
  STARTS_PROCESSES,
);

it('best --confirm of an imported cell is refused: there is no recipe to continue with', async () => {
  const [db, rows] = [path.join(folder, 'imported.db'), path.join(folder, 'rows.csv')];
  writeFileSync(rows, 'width,depth,resolution,epochs,seed,minivalTop1,flops\n1,8,20,3,0,0.8,1e6\n');
  expect((await invoke('import', rows, '--dataset', 'x', '--db', db)).code).toBe(0);
  const { code, err } = await invoke('best', '--db', db, '--confirm', '3');
  expect(code).toBe(2);
  expect(err).toContain('no recipe to continue with');
});
