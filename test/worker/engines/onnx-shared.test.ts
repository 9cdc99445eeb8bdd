import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ENGINE_NUMERICS, type WorkerEvent } from '../../../contract/index.ts';
import { openCheckpoints } from '../../../worker/storage/checkpoints.ts';
import { DirectSession } from '../../../worker/engines/onnx/direct/direct-session.ts';
import { makeOnnxEngine } from '../../../worker/engines/onnx/index.ts';
import type { Engine } from '../../../worker/engines/engine.ts';
import { runAttempt } from '../../../worker/process/run-attempt.ts';
import { tinyTrialOf, type TrialChange } from '../../fixtures/trial.ts';
import { writeTinyFolder } from '../../fixtures/tiny-folder.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

let root: string;
beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-onnx-'));
  await writeTinyFolder(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
async function run(engine: Engine, change: TrialChange, threads = 1): Promise<WorkerEvent[]> {
  const trial = tinyTrialOf({ name: 'onnx', numerics: ENGINE_NUMERICS.onnx }, { epochs: 2, ...change });
  const events: WorkerEvent[] = [];
  await runAttempt(() => Promise.resolve(engine), {
    trial,
    attempt: 1,
    device: 'cpu',
    threads,
    checkpoints: openCheckpoints(path.join(root, `checkpoints-${folders++}`), trial.id),
    signal: new AbortController().signal,
    send: (event) => events.push(event),
  });
  return events;
}
const started = (events: WorkerEvent[]) => events.find((event) => event.type === 'started')!;
/** Everything but times and memory. */
function numbers(events: WorkerEvent[]) {
  const last = events.at(-1)!;
  if (last.type !== 'done') throw new Error(`Expected the trial to be done, got ${JSON.stringify(last)}`);
  const { seconds: _s, trainSeconds: _t, stepMs: _m, peakBytes: _p, ...rest } = last.result;
  return rest;
}

describe('the onnx engine', () => {
  it('says with every trial how many images of each class it has, and once what was done to the dataset', async () => {
    const engine = makeOnnxEngine({ cacheDir: root });
    const [first, second] = [started(await run(engine, {})), started(await run(engine, { seed: 6 }))];
    await engine.close();
    const balance = /^tiny: train 44 \(\d+-\d+ each\), minival 20 \(\d+-\d+ each\), test 30 \(10 each\)$/;
    for (const { environment } of [first, second]) expect(environment['data']).toMatch(balance);
    expect(first.note).toMatch(/packing 94 images of tiny.*; tiny at 8 px, 3 classes: train 44/);
    expect(second.note).toBeUndefined();
  });

  it('compiles once for consecutive trials of one network, which end as those that compile for themselves', async () => {
    const changes: TrialChange[] = [
      {},
      { seed: 6 },
      { epochs: 1, recipe: { learningRate: 0.01, weightDecay: 0, labelSmoothing: 0, emaDecay: 0.5 } },
      { model: { width: 2 } },
      {},
    ];
    const alone = [];
    for (const change of changes) {
      const engine = makeOnnxEngine({ cacheDir: root });
      alone.push(numbers(await run(engine, change)));
      await engine.close();
    }
    const create = vi.spyOn(DirectSession, 'open');
    const engine = makeOnnxEngine({ cacheDir: root });
    try {
      const compiled = [];
      for (const [i, change] of changes.entries()) {
        create.mockClear();
        expect(numbers(await run(engine, change))).toEqual(alone[i]);
        compiled.push(create.mock.calls.length);
      }
      // A step and an evaluation each; the last network was given up for the one in between.
      expect(compiled).toEqual([2, 0, 0, 2, 2]);
    } finally {
      create.mockRestore();
      await engine.close();
    }
  });

  it('trains to the same numbers whether a thread fills the batches or not', async () => {
    const engine = makeOnnxEngine({ cacheDir: root });
    // Sums of several threads may differ in their last bits; images and labels may not, and the first loss tells.
    const [one, two] = [await run(engine, {}, 1), await run(engine, {}, 2)];
    await engine.close();
    const losses = [one, two].map((events) => numbers(events).trainLoss!);
    expect(losses[1]! / losses[0]!).toBeCloseTo(1, 3);
  });
});
