import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parquetReadObjects } from 'hyparquet';
import { renderReport } from '../../report/index.ts';
import { readStore } from '../../orchestrator/launch/store-access.ts';
import { noopGrid } from '../orchestrator/chaos/grids.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

describe('learning curves', () => {
  const newFolder = useFolders();
  useCli();
  let db: string;
  beforeEach(async () => {
    db = path.join(newFolder(), 'results.db');
    const grid = path.join(path.dirname(db), 'grid.yaml');
    writeFileSync(grid, noopGrid({ trials: 2, epochs: 3 }));
    expect((await invoke('run', grid, '--db', db, '--workers', '1')).code).toBe(0);
  });
  const said = async (...args: string[]): Promise<string> => {
    const { out, err, code } = await invoke(...args, '--db', db);
    expect(code, err).toBe(0);
    return out;
  };

  it('are a row of bars per trial, on one scale', async () => {
    const text = await said('curves');
    expect(text.match(/[▁-█]{3} {2,}\d+\.\d %/g)).toHaveLength(2);
    expect(text).toMatch(/Bars from \d+\.\d % to \d+\.\d %, the same for all trials\.$/);
  });

  it('are numbers of one trial, and nothing for what names neither', async () => {
    const { trials } = JSON.parse(await said('curves', '--json')) as { trials: { id: string; curve: object[] }[] };
    expect(trials.map(({ curve }) => curve.length)).toEqual([3, 3]);
    expect(await said('curves', trials[0]!.id)).toMatch(/epoch +train loss +train +minival loss +minival/);
    expect((await invoke('curves', 'f00', '--db', db)).code).toBe(2);
  });

  it('are exported, one row per trial and epoch, in all formats alike', async () => {
    const json = JSON.parse(await said('export', '--epochs', '--json')) as Record<string, unknown>[];
    expect(json.map(({ epoch, epochs }) => [epoch, epochs])).toEqual([1, 2, 3, 1, 2, 3].map((epoch) => [epoch, 3]));
    const csv = (await said('export', '--epochs')).trimEnd().split('\n');
    expect(csv).toHaveLength(7);
    expect(csv[0]).toMatch(/^id,seed,width,depth,resolution,epochs,epoch,step,learningRate,trainLoss/);
    const out = path.join(path.dirname(db), 'epochs.parquet');
    await invoke('export', '--epochs', '--format', 'parquet', '--out', out, '--db', db);
    const { asyncBufferFromFile } = await import('hyparquet');
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(out) });
    expect(rows.map(({ id, epoch }) => [id, Number(epoch)])).toEqual(json.map(({ id, epoch }) => [id, epoch]));
  });

  it('are a figure of the report, with a line per trial', async () => {
    const { figures } = await readStore(db, (store) => renderReport(store));
    const figure = figures.find(({ name }) => name === 'learning-curves');
    expect(figure?.svg.match(/aria-roledescription="line mark"/g)).toHaveLength(2);
  });
});
