/** A number is a row of a table: rows added in a copy of the tables go the whole way, through SQLite, exports and imports. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FACTS, makeTrial, shapeOf, type Facts, type TrialResult } from '../../contract/index.ts';
import { fieldTable } from '../../results/export/fields.ts';
import {
  best,
  epochCurves,
  exportRows,
  importResults,
  isoflop,
  measuredCells,
  pareto,
  readResults,
  resultRows,
  type SqliteStore,
  type TrialToStore,
} from '../../results/index.ts';
import {
  complete,
  epochMetrics,
  open,
  planned,
  result,
  spec,
  sweepInput,
  temporaryFolder,
} from './support/fixtures.ts';

const print = { type: 'number', accepts: 'positive', print: 'amount', better: 'lower' } as const;

const WITH_METRIC: Facts = {
  ...FACTS,
  metrics: [
    ...FACTS.metrics,
    {
      ...print,
      name: 'joules',
      column: 'joules',
      unit: 'J',
      head: 'energy',
      description: 'energy of the training, joules',
      wire: z.number().nullable().default(null),
      overSeeds: 'mean',
      isFilter: true,
      budget: { rank: 6, noun: 'energy', words: 'J', bucket: 'joules_bucket', index: 'cells_by_joules' },
    },
  ],
  epochMetrics: [
    ...FACTS.epochMetrics,
    {
      name: 'gradientNorm',
      column: 'gradient_norm',
      description: 'mean over the steps',
      wire: z.number(),
      trainer: z.number(),
    },
  ],
};

const freshFile = (): string => path.join(temporaryFolder(), 'results.db');

function planOn(store: SqliteStore, name: string, trials: readonly TrialToStore[]): void {
  store.addTrials(store.createSweep(sweepInput(name, trials.length)).id, trials);
}

/** A store of the tables as they are, with one finished trial; closed. */
function olderStore(trial: TrialToStore): string {
  const store = open(freshFile());
  planOn(store, 'older', [trial]);
  complete(store, trial, 0.5);
  store.close();
  return store.file;
}

const json = (bytes: Uint8Array): Record<string, unknown>[] =>
  JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>[];

describe('a further metric', () => {
  const old = planned({ depth: 20 });
  const fresh = [26, 32].map((depth) => planned({ depth }));

  /** Its first trial is older than the metric. */
  function measured(): SqliteStore {
    const store = open(olderStore(old), { mode: 'run', facts: WITH_METRIC });
    planOn(store, 'newer', [old, ...fresh]);
    const gradient = { ...epochMetrics(1), gradientNorm: 2.5 };
    store.recordEpochs(fresh[0]!.trial.id, store.claim(fresh[0]!.trial.id, { worker: 'w', device: 'cpu', now: 1 })!, [
      gradient,
    ]);
    store.release(fresh[0]!.trial.id, 1, 'interrupted', 1);
    for (const [i, trial] of fresh.entries())
      complete(store, trial, 0.6 + i / 10, { joules: 100 * (i + 1) } as Partial<TrialResult>);
    return store;
  }

  test('is added to a store that is older, and read back wherever results are', () => {
    const store = measured();
    expect(resultRows(store)).toMatchObject([{ joules: null }, { joules: 100 }, { joules: 200 }]);
    expect(store.trial(fresh[1]!.trial.id).result).toMatchObject({ joules: 200, peakBytes: 2e8 });
    expect([...epochCurves(store).values()]).toMatchObject([[{ epoch: 1, gradientNorm: 2.5 }]]);
    expect(measuredCells(store).map((cell) => Reflect.get(cell, 'joules') as unknown)).toEqual([null, 100, 200]);
    expect(resultRows(store, { where: 'joules<150' })).toMatchObject([{ depth: 26 }]);
  });

  test('caps a budget, is the axis of a front, and stays after another opening', () => {
    const { file } = measured();
    const store = open(file, { mode: 'read', facts: WITH_METRIC });
    for (const scope of [{}, { sweep: 'newer' }]) {
      expect(best(store, { ...scope, budget: { joules: 150 } as object }).best).toMatchObject({ depth: 26 });
      expect(pareto(store, { ...scope, axis: 'joules' as 'flops' }).front).toMatchObject([
        { depth: 26 },
        { depth: 32 },
      ]);
    }
  });

  test('is in every format of an export, and comes back in through an import', async () => {
    const rows = resultRows(measured());
    expect(json(exportRows(rows, 'json', WITH_METRIC)).map(({ joules }) => joules)).toEqual([null, 100, 200]);
    const parquet = exportRows(rows, 'parquet', WITH_METRIC);
    const columns = await parquetReadObjects({ file: parquet.slice().buffer });
    expect(columns.map(({ joules }) => joules ?? null)).toEqual([null, 100, 200]);

    const csv = exportRows(rows, 'csv', WITH_METRIC);
    const file = path.join(temporaryFolder(), 'results.csv');
    writeFileSync(file, csv);
    expect(() => readResults(Buffer.from(csv).toString(), file)).toThrow('joules');
    const store = open(freshFile(), { mode: 'run', facts: WITH_METRIC });
    importResults(store, file, { dataset: 'elsewhere', now: 1, facts: WITH_METRIC });
    const values = (row: object): object => ({ ...row, id: '', sweep: '', source: '' });
    expect(resultRows(store).map(values)).toEqual(rows.map(values));
    expect(Buffer.from(exportRows(resultRows(store), 'csv', WITH_METRIC)).toString()).toContain(',200,');
  });

  test('is checked in messages, and is in the documented table', () => {
    const form = z.strictObject(shapeOf(WITH_METRIC.metrics, 'wire'));
    const { weightsDigest: _, ...message } = result(0.5);
    expect(form.parse({ ...message, joules: 3 })).toMatchObject({ joules: 3 });
    expect(form.parse(message)).toMatchObject({ joules: null });
    expect(form.safeParse({ ...message, joules: 'many' }).success).toBe(false);
    expect(fieldTable(WITH_METRIC)).toContain('| `joules` | number or null | lower | energy of the training, joules |');
  });

  test('is read past by a program that does not know it', () => {
    const newer = measured();
    newer.close();
    const store = open(newer.file, { mode: 'run' });
    expect(resultRows(store).map((row) => 'joules' in row)).toEqual([false, false, false]);
    const later = planned({ depth: 38 });
    planOn(store, 'later', [later]);
    complete(store, later, 0.9);
    expect(best(store).best).toMatchObject({ depth: 38 });
  });
});

describe('a further scaling axis', () => {
  /** Of clips; a picture is one frame. */
  const WITH_FRAMES: Facts = {
    ...FACTS,
    scaling: [
      ...FACTS.scaling,
      {
        ...print,
        name: 'frames',
        column: 'frames',
        type: 'integer',
        accepts: 'count',
        unit: 'frames',
        head: 'frames',
        print: 'plain',
        description: 'frames of a clip',
        of: ({ model }) => model.channels,
        absent: 1,
      },
    ],
  };

  const still = planned({ depth: 20 });
  const clip = (frames: number): TrialToStore => {
    const { model, ...rest } = spec({ depth: 20 });
    const flops = still.cost.flops * frames;
    return {
      trial: makeTrial({ ...rest, model: { ...model, channels: frames } }),
      cell: { ...still.cell, frames },
      cost: { ...still.cost, flops, trainFlops: still.cost.trainFlops * frames },
    };
  };

  function trained(): SqliteStore {
    const store = open(olderStore(still), { mode: 'run', facts: WITH_FRAMES });
    const clips = [2, 4].map(clip);
    planOn(store, 'clips', [still, ...clips]);
    for (const [i, trial] of clips.entries()) complete(store, trial, 0.6 + i / 10);
    return store;
  }

  test('has a column of its own, is filtered and sorted by, and no other axis', () => {
    const store = trained();
    expect(resultRows(store)).toMatchObject([1, 2, 4].map((frames) => ({ frames, depth: 20, axes: {} })));
    for (const scope of [{}, { sweep: 'clips' }]) {
      expect(measuredCells(store, scope)).toMatchObject([{ frames: 1 }, { frames: 2 }, { frames: 4 }]);
      expect(best(store, { ...scope, where: 'frames<4' }).best).toMatchObject({ frames: 2 });
    }
  });

  test('is interpolated along at equal cost', () => {
    const { curves, slice } = isoflop(trained(), { flops: 3 * still.cost.flops, tolerance: 0.01 });
    expect(slice).toEqual([]);
    // The only point lies along the axis itself, so that no other dimension has two values.
    expect(curves).toEqual([]);
    const near = isoflop(trained(), { flops: 2 * still.cost.flops, tolerance: 0.6 });
    expect(near.curves).toMatchObject([{ along: 'frames', best: { frames: 2 } }]);
  });

  test('is exported and imported; a file without it has the value of its absence, under the same ids', () => {
    const rows = resultRows(trained());
    const file = path.join(temporaryFolder(), 'results.csv');
    const importWith = (facts: Facts, bytes: Uint8Array): SqliteStore => {
      writeFileSync(file, bytes);
      const store = open(freshFile(), { mode: 'run', facts });
      importResults(store, file, { dataset: 'elsewhere', now: 1, facts });
      return store;
    };
    const back = resultRows(importWith(WITH_FRAMES, exportRows(rows, 'csv', WITH_FRAMES)));
    expect(back).toMatchObject([{ frames: 1 }, { frames: 2 }, { frames: 4 }]);
    const pictures = exportRows(rows.slice(0, 1), 'csv');
    const [before] = resultRows(importWith(FACTS, pictures));
    const [after] = resultRows(importWith(WITH_FRAMES, pictures));
    expect(after).toMatchObject({ id: before!.id, frames: 1 });
  });
});
