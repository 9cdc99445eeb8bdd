import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';
import { unprivileged } from '../support/unprivileged.ts';
import { TINY_DATA, writeTinyFolder } from '../fixtures/tiny-folder.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const gridOf = (facts: string, resolution = 8): string => `
question: Do the photographs fit the grid?
model: { family: resnet-rs-small }
data: { name: ${TINY_DATA.name}, identity: ${TINY_DATA.identity}, channels: 3, ${facts} }
recipe: { batchSize: 8, learningRate: 0.1 }
axes: { width: [0.25], depth: [8], resolution: [${resolution}], epochs: [1] }
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
    expect(fetched.out).toContain('In the grid: images: 64, classes: 3, channels: 3; 30 images of test.');
  });
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    [
      'more images than there are',
      gridOf('images: 90, classes: 3'),
      /tiny has 64 training images \(and 30 of test\).* got 88 \+ 2/,
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
