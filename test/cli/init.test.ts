import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadGrid } from '../../grids/index.ts';
import { families } from '../../models/index.ts';
import { TINY_DATA, writeTinyFolder } from '../fixtures/tiny-folder.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

describe('init', () => {
  const newFolder = useFolders();
  afterEach(() => vi.unstubAllEnvs());

  /** Writes a grid, plans it as it was written, and returns what both printed. */
  async function begun(...args: string[]): Promise<{ text: string; plan: string; said: string }> {
    const file = path.join(newFolder(), 'grid.yaml');
    const { code, out, err } = await invoke('init', file, ...args);
    expect([code, err]).toEqual([0, '']);
    const plan = await invoke('plan', file);
    // What small photographs are told is no fault of the grid.
    const rest = plan.err.replace(/^\S+: at \d+ px, images with a shorter side below \d+ px are enlarged.*$/m, '');
    expect([plan.code, rest]).toEqual([0, '']);
    return { text: readFileSync(file, 'utf8'), plan: plan.out, said: out };
  }

  it.each(['fashion-mnist', 'cifar-10', 'imagenet'])(
    'writes a grid for %s that the plan takes as it is',
    async (name) => {
      const { plan, said } = await begun('--data', name);
      expect(said).toMatch(/^Wrote .*grid\.yaml: 16 trials on .*\. Next: scalesweep plan .*grid\.yaml$/);
      expect(plan).toMatch(/^16 trials to train/m);
      expect(plan).not.toMatch(/cut:|warning/);
    },
  );

  it.each(families().map(({ name }) => name))('and for the family %s', async (name) => {
    const { text, plan } = await begun('--data', 'cifar-10', '--family', name, '--resolution', '64');
    expect(text).toContain(`family: ${name}`);
    expect(plan).not.toMatch(/cut:/);
  });

  it('asks for budgets that decide something', async () => {
    const { plan } = await begun('--data', 'fashion-mnist');
    expect(plan).toMatch(/16 trials/);
    const file = path.join(newFolder(), 'grid.yaml');
    await invoke('init', file);
    expect(loadGrid(file).budgets).toHaveLength(3);
  });

  it('explains itself in comments', async () => {
    const { text } = await begun();
    const settings = text.split('\n').filter((line) => /^ +\w+:/.test(line));
    expect(settings.filter((line) => !line.includes(' # '))).toEqual([
      '  name: fashion-mnist',
      '  warmupEpochs: 0.5',
      '  weightDecay: 5e-4',
      '  labelSmoothing: 0.1',
    ]);
    expect(text).toContain('scalesweep grid keys');
  });

  it.each([9, 40, 150])('has batches that %i images fill', async (images) => {
    const { plan } = await begun('--trainer', 'x', '--data', 'few', '--images', String(images), '--classes', '2');
    expect(plan).toMatch(/^16 trials to train/m);
  });

  it('writes one for a trainer of your own and the images it brings', async () => {
    const args = ['--trainer', 'mycnn', '--data', 'birds', '--images', '4000', '--classes', '20'];
    const { text, plan } = await begun(...args);
    expect(text).toMatch(/^engine:\n {2}command: mycnn #/m);
    expect(text).toContain('--allow-command mycnn=PROGRAM');
    expect(plan).toMatch(/^birds, 3,200 images to train on and 800 held out .*; engine command \(mycnn\) on cpu$/m);
  });

  it('reads what it needs from packed photographs', async () => {
    const cache = newFolder();
    vi.stubEnv('SCALESWEEP_DATA', cache);
    await writeTinyFolder(cache);
    const file = path.join(newFolder(), 'grid.yaml');
    const before = await invoke('init', file, '--data', TINY_DATA.name);
    expect(before.code).toBe(2);
    expect(before.err).toMatch(/hint: Photographs: scalesweep data fetch tiny packs them first/);
    expect(existsSync(file)).toBe(false);
    await invoke('data', 'fetch', TINY_DATA.name);
    const { text, plan } = await begun('--data', TINY_DATA.name);
    expect(text).toMatch(
      new RegExp(`identity: "${TINY_DATA.identity}".*\\n {2}images: 64 .*\\n {2}classes: 3\\n {2}channels: 3`),
    );
    expect(plan).toMatch(/^warning: minival has 32 images/m);
  });

  it('keeps a file that is there', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'grid.yaml');
    writeFileSync(file, 'mine');
    const { code, err } = await invoke('init', file);
    expect(code).toBe(2);
    expect(err).toMatch(/Expected the name of a new file, got .*grid\.yaml, which is there\nhint: /);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    mkdirSync(path.join(folder, 'sub'));
    expect((await invoke('init', path.join(folder, 'sub'))).code).toBe(2);
    expect((await invoke('init', path.join(folder, 'none', 'grid.yaml'))).code).toBe(2);
  });

  it.each<[string[], RegExp]>([
    [['--data', 'My Birds'], /Expected a dataset name of lower-case letters/],
    [
      ['--data', 'birds', '--trainer', 'mycnn'],
      /hint: Say how many images and classes your trainer has: --images N --classes N/,
    ],
    [['--data', 'cifar-10', '--images', '100'], /Expected no --images for the built-in dataset cifar-10/],
    [
      ['--data', 'birds', '--classes', '5'],
      /Expected --images and --classes of the dataset birds, got --classes alone/,
    ],
    [
      ['--data', 'birds', '--images', '50', '--classes', '1'],
      /Expected `classes` to be an integer from 2 to 1000000, got 1/,
    ],
    [['--trainer', 'train.py --fast'], /Expected a name of small letters/],
    [['--family', 'vgg'], /Expected one of resnet-rs/],
    [['--family', 'resnet-rs', '--resolution', '8'], /Expected a family with networks for images of 8 pixels/],
  ])('refuses %j and writes nothing', async (args, message) => {
    const file = path.join(newFolder(), 'grid.yaml');
    const { code, err } = await invoke('init', file, ...args);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect(existsSync(file)).toBe(false);
  });
});
