import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from '../../support/property.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoints, type Checkpoint } from '../../../worker/storage/checkpoints.ts';

const TRIAL = '0123456789abcdef';
const OTHER = 'fedcba9876543210';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'scalesweep-checkpoints-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const at = (step: number, ...values: number[]): Checkpoint => ({
  step,
  tensors: new Map([['weight', Float32Array.from(values)]]),
  meta: { step },
});
const fileOf = (step: number, trial = TRIAL): string =>
  path.join(root, trial, `step-${String(step).padStart(12, '0')}.ckpt`);
const bits = (tensor: Float32Array | undefined): number[] => [
  ...new Uint32Array(tensor!.buffer, tensor!.byteOffset, tensor!.length),
];

async function flipByte(file: string, position: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[position]! ^= 1;
  await writeFile(file, bytes);
}

describe('a checkpoint', () => {
  it('gives back every bit of every float, NaN payloads and minus zero included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 40 }), { minLength: 1, maxLength: 5 }),
        async (patterns) => {
          const tensors = new Map(
            patterns.map(
              (words, i) => [`stage${i}/conv.weight`, new Float32Array(Uint32Array.from(words).buffer)] as const,
            ),
          );
          const store = openCheckpoints(root, TRIAL);
          await store.save({ step: 7, tensors, meta: {} });
          const { checkpoint } = await store.load();
          expect([...checkpoint!.tensors.keys()]).toEqual([...tensors.keys()]);
          patterns.forEach((words, i) => expect(bits(checkpoint!.tensors.get(`stage${i}/conv.weight`))).toEqual(words));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps its step and its meta, and says how many bytes it wrote', async () => {
    const store = openCheckpoints(root, TRIAL);
    const meta = { epochs: [{ epoch: 1, trainLoss: 2.25, minivalTop1: null }], seconds: 0.1 };
    const bytes = await store.save({ ...at(12, 1, 2, 3), meta });
    expect((await readFile(fileOf(12))).length).toBe(bytes);
    const { checkpoint, passedOver } = await openCheckpoints(root, TRIAL).load();
    expect(checkpoint).toMatchObject({ step: 12, meta });
    expect(passedOver).toEqual([]);
  });

  it('stores a slice of a larger array as what the slice shows', async () => {
    const store = openCheckpoints(root, TRIAL);
    await store.save({ step: 1, tensors: new Map([['w', Float32Array.of(9, 8, 7, 6).subarray(1, 3)]]), meta: {} });
    expect([...(await store.load()).checkpoint!.tensors.get('w')!]).toEqual([8, 7]);
  });
});

describe('the checkpoints of a trial', () => {
  it('are none before the first was saved', async () => {
    expect(await openCheckpoints(root, TRIAL).load()).toEqual({ checkpoint: undefined, passedOver: [] });
  });

  it('are the last two, newest first, also past the digits of a step', async () => {
    const store = openCheckpoints(root, TRIAL);
    for (const step of [0, 9, 10, 99, 100_000]) await store.save(at(step, step));
    expect((await readdir(path.join(root, TRIAL))).sort()).toEqual([
      path.basename(fileOf(99)),
      path.basename(fileOf(100_000)),
    ]);
    expect((await store.load()).checkpoint!.step).toBe(100_000);
  });

  it('are apart from those of other trials', async () => {
    await openCheckpoints(root, OTHER).save(at(5, 1));
    const store = openCheckpoints(root, TRIAL);
    expect((await store.load()).checkpoint).toBeUndefined();
    await store.save(at(1, 1));
    await store.clear();
    await store.clear();
    expect(await readdir(root)).toEqual([OTHER]);
  });
});

describe('a bad checkpoint is named and the one before it used:', () => {
  const damages: [name: string, harm: (newest: string) => Promise<void>, reason: RegExp][] = [
    ['torn in the middle', (file) => truncate(file, 150), /torn or corrupt/],
    ['torn in its header', (file) => truncate(file, 20), /only 20 bytes/],
    ['empty', (file) => truncate(file, 0), /only 0 bytes/],
    ['one bit of a float flipped', (file) => flipByte(file, 200), /torn or corrupt/],
    ['one bit of the header flipped', (file) => flipByte(file, 40), /torn or corrupt/],
    ['another kind of file', (file) => writeFile(file, 'x'.repeat(500)), /another kind of file/],
    ['of another format version', (file) => flipByte(file, 8), /format version 1, got 0/],
    ['bytes appended', async (file) => writeFile(file, 'more', { flag: 'a' }), /torn or corrupt/],
    [
      'unreadable',
      async (file) => {
        await rm(file);
        await mkdir(file);
      },
      /EISDIR/,
    ],
    [
      'gone between listing and reading',
      async (file) => {
        await rm(file);
        await symlink('nowhere', file);
      },
      /ENOENT/,
    ],
    [
      'of another trial',
      async (file) => {
        await openCheckpoints(root, OTHER).save(at(20, 4));
        await writeFile(file, await readFile(fileOf(20, OTHER)));
      },
      /Expected a checkpoint of trial 0123456789abcdef, got one of fedcba9876543210/,
    ],
  ];
  it.each(damages)('%s', async (_, harm, reason) => {
    const store = openCheckpoints(root, TRIAL);
    await store.save(at(10, 1, 2));
    await store.save(at(20, 3, 4));
    await harm(fileOf(20));
    const { checkpoint, passedOver } = await openCheckpoints(root, TRIAL).load();
    expect(checkpoint?.step).toBe(10);
    expect([...checkpoint!.tensors.get('weight')!]).toEqual([1, 2]);
    expect(passedOver).toHaveLength(1);
    expect(passedOver[0]).toContain(fileOf(20));
    expect(passedOver[0]).toMatch(reason);
  });

  it('both bad: both named, and the training starts again', async () => {
    const store = openCheckpoints(root, TRIAL);
    for (const step of [10, 20]) {
      await store.save(at(step, 1));
      await truncate(fileOf(step), 99);
    }
    const { checkpoint, passedOver } = await store.load();
    expect(checkpoint).toBeUndefined();
    expect(passedOver.map((note) => note.split(':')[0])).toEqual([fileOf(20), fileOf(10)]);
  });

  it('a bad one never counts among the two that are kept', async () => {
    const store = openCheckpoints(root, TRIAL);
    await store.save(at(10, 1));
    await store.save(at(900, 1));
    await truncate(fileOf(900), 99);
    await store.load();
    await store.save(at(20, 2));
    expect((await readdir(path.join(root, TRIAL))).sort()).toEqual([
      path.basename(fileOf(10)),
      path.basename(fileOf(20)),
    ]);
  });
});

describe('a writer that was killed', () => {
  it('leaves a temporary file that is not read, and that the next load removes', async () => {
    const store = openCheckpoints(root, TRIAL);
    await store.save(at(10, 1));
    await writeFile(`${fileOf(20)}.tmp-left-behind`, 'half');
    expect((await store.load()).checkpoint?.step).toBe(10);
    expect(await readdir(path.join(root, TRIAL))).toEqual([path.basename(fileOf(10))]);
  });
});

describe('a folder that cannot be written', () => {
  it('is a clear error that names the file', async () => {
    const blocked = path.join(root, 'blocked');
    await (await open(blocked, 'w')).close();
    await expect(openCheckpoints(blocked, TRIAL).save(at(1, 1))).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: expect.stringContaining(path.join(blocked, TRIAL)) as string,
    });
  });
});
