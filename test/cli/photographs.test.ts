import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';
import { unprivileged } from '../support/unprivileged.ts';
import { parseGrid } from '../../grids/index.ts';
import { openStore } from '../../results/index.ts';
import { TINY_DATA, writeTinyFolder } from '../fixtures/tiny-folder.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const gridOf = (facts: string, resolution = 8): string => `
question: Do the photographs fit the grid?
model: { family: resnet-rs-small }
data: { name: ${TINY_DATA.name}, identity: ${TINY_DATA.identity}, channels: 3, ${facts} }
recipe: { batchSize: 8, learningRate: 0.1 }
axes: { width: [0.25], depth: [8], resolution: [${resolution}], epochs: [1] }
`;

const DATA_BLOCK = `data:
  name: tiny
  identity: tiny/1
  images: 64
  classes: 3
  channels: 3
`;

describe('photographs that are packed on this machine', () => {
  const newFolder = useFolders();
  let folder: string;
  let grid: string;
  let db: string;

  beforeEach(async () => {
    folder = newFolder();
    [grid, db] = [path.join(folder, 'grid.yaml'), path.join(folder, 'results.db')];
    vi.stubEnv('SCALESWEEP_DATA', path.join(folder, 'data'));
    await writeTinyFolder(path.join(folder, 'data'));
    writeFileSync(path.join(folder, 'data', TINY_DATA.name, 'train/ant/torn.png'), 'torn');
    const settings = path.join(folder, 'data', TINY_DATA.name, 'dataset.json');
    writeFileSync(settings, JSON.stringify({ ...JSON.parse(readFileSync(settings, 'utf8')), badImages: 'skip' }));
    const fetched = await invoke('data', 'fetch', TINY_DATA.name);
    expect(fetched.code, fetched.err).toBe(0);
    expect(fetched.out).toMatch(
      /^64 training images, 30 of test, 3 classes\. The smallest .* side of 8 px: a resolution above 7 /m,
    );
    expect(fetched.out).toContain(DATA_BLOCK);
  });
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    [
      'more images than there are',
      gridOf('images: 90, classes: 3'),
      /tiny has 64 training images \(and 30 of test\), the grid asks for 90: 88 to train on and 2 to hold out/,
    ],
    ['other classes', gridOf('images: 64, classes: 4'), /Expected model\.classes to be 3, the classes of tiny, got 4/],
    ['a larger resolution', gridOf('images: 64, classes: 3', 32), /shorter side of 10 px can show, got 32/],
  ])('refuse a plan that asks for %s, before anything is stored', async (_, text, message) => {
    writeFileSync(grid, text);
    for (const args of [
      ['plan', grid],
      ['run', grid, '--db', db],
    ]) {
      const { code, err } = await invoke(...args);
      expect(code, err).toBe(2);
      expect(err).toMatch(message);
    }
    expect(existsSync(db)).toBe(false);
    // An engine that reads no images does not mind.
    expect((await invoke('plan', grid, '--engine', 'noop')).code).toBe(0);
  });

  it('are planned by their name alone as by the block that the fetch prints, also where the sweep is read again', async () => {
    const trialsOf = async (data: string): Promise<unknown> => {
      writeFileSync(grid, gridOf('').replace(/^data: .*\n/m, data));
      const { code, out, err } = await invoke('plan', grid, '--json');
      expect(code, err).toBe(0);
      return (JSON.parse(out) as { trials: { id: string }[] }).trials.map(({ id }) => id);
    };
    const byBlock = await trialsOf(DATA_BLOCK);
    expect(await trialsOf('data: { name: tiny } # ours\n')).toEqual(byBlock);
    expect(await trialsOf('data:\n  minivalFraction: 0.02\n  name: tiny\n')).toEqual(byBlock);
    const { code, err } = await invoke('run', grid, '--db', db, '--engine', 'noop');
    expect(code, err).toBe(0);
    const store = openStore(db, { mode: 'read' });
    const { gridText } = store.sweep();
    store.close();
    expect(parseGrid(gridText, 'grid.yaml').program.data).toMatchObject({ identity: 'tiny/1', images: 64, classes: 3 });
  });

  it('of another content, or of a name that is not packed, are not guessed', async () => {
    for (const [data, message] of [
      ['{ name: tiny, identity: other/1 }', /`images`, `classes`, `channels` beside the name, got "tiny"/],
      [
        '{ name: shapes }',
        /got "shapes"; where `scalesweep data fetch shapes` has packed photographs of yours, the name is/,
      ],
    ] as const) {
      writeFileSync(grid, gridOf('').replace(/^data: .*$/m, `data: ${data}`));
      const { code, err } = await invoke('plan', grid);
      expect(code).toBe(2);
      expect(err).toMatch(message);
    }
  });

  it('are not enlarged without a word', async () => {
    writeFileSync(grid, gridOf('images: 64, classes: 3'));
    const { err } = await invoke('plan', grid);
    expect(err).toContain('tiny: at 8 px, images with a shorter side below 10 px are enlarged; the smallest has 8');
  });

  it('say in the plan, and at every fetch, what was left out of them', async () => {
    writeFileSync(grid, gridOf('images: 64, classes: 3'));
    const planned = await invoke('plan', grid);
    expect(planned.code, planned.err).toBe(0);
    expect(planned.err).toContain('tiny: left out 1 (not an image 1); scalesweep data fetch tiny names them');
    const again = await invoke('data', 'fetch', TINY_DATA.name, '--json');
    expect(JSON.parse(again.out)).toMatchObject({
      photographs: { problems: [{ path: 'train/ant/torn.png', reason: 'not an image' }], notes: [] },
    });
    expect(again.err).toContain('train/ant/torn.png');
  });
});

describe('a worker in a folder that it may not write to', () => {
  const newFolder = useFolders();

  it('names the option for another folder, before it connects', async () => {
    const outbox = path.join(newFolder(), 'outbox');
    const { code, err } = await unprivileged(() =>
      invoke('worker', '--redis', 'redis://127.0.0.1:1', '--outbox', outbox, '--checkpoints', outbox),
    );
    expect(code).toBe(2);
    expect(err).toContain(`Expected to write into ${outbox}, got EACCES`);
    expect(err).toMatch(/^hint: .*--outbox DIR/m);
  });
});
