/** What every engine must do: one list of cases, run over engines given as fixtures. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  workerEvent,
  type EngineSpec,
  type Trial,
  type TrialResult,
  type WorkerEvent,
} from '../../../contract/index.ts';
import { openCheckpoints } from '../../../worker/storage/checkpoints.ts';
import type { Engine } from '../../../worker/engines/engine.ts';
import { openEngine } from '../../../worker/engines/registry.ts';
import { runAttempt } from '../../../worker/process/run-attempt.ts';
import { runInProcess } from './in-process.ts';
import { tinyTrialOf, type TrialChange } from '../../fixtures/trial.ts';
import { writeTinyFolder } from '../../fixtures/tiny-folder.ts';

export interface EngineUnderTest {
  /** As it stands in a trial. */
  readonly engine: EngineSpec;
  /** @defaultValue 'cpu' */
  readonly device?: string;
  /** What the engine needs in its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment that makes a trial diverge, for an engine that no learning rate leads astray. */
  readonly divergingEnv?: Readonly<Record<string, string>>;
  /** Environment that makes a trial want more memory than there is, for an engine that no width troubles. */
  readonly outOfMemoryEnv?: Readonly<Record<string, string>>;
  /** So many that a kill at the first checkpoint comes long before the end. @defaultValue 20 */
  readonly longEpochs?: number;
}

type Ended = Extract<WorkerEvent, { type: 'done' | 'failed' }>;

const EPOCHS = 6;

export function describeEngine(under: EngineUnderTest): void {
  const { engine: spec, device = 'cpu', longEpochs = 20 } = under;
  describe(`engine ${spec.name}`, () => {
    let root: string;
    let env: Record<string, string>;
    let folders = 0;
    let undisturbed: Promise<WorkerEvent[]> | undefined;

    beforeAll(async () => {
      root = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-engine-'));
      await writeTinyFolder(path.join(root, 'data'));
      env = { SCALESWEEP_DATA: path.join(root, 'data'), ...under.env };
    });
    afterAll(() => rmSync(root, { recursive: true, force: true }));

    const newFolder = (): string => path.join(root, `checkpoints-${folders++}`);
    const trialOf = (change: TrialChange = {}): Trial => tinyTrialOf(spec, { epochs: EPOCHS, ...change });

    interface Attempt {
      readonly trial?: Trial;
      readonly folder?: string;
      /** Asks to stop at the first event of this type. */
      readonly stopAt?: WorkerEvent['type'];
      readonly with?: Readonly<Record<string, string>>;
    }

    /** One attempt in this process. Every event is one that the orchestrator would take. */
    const attempt = async (options: Attempt = {}): Promise<{ events: WorkerEvent[]; end: Ended }> => {
      const { trial = trialOf(), folder = newFolder(), stopAt } = options;
      const events: WorkerEvent[] = [];
      const stop = new AbortController();
      await withEnvironment({ ...env, ...options.with }, async () => {
        const engine: Engine = await openEngine(spec.name);
        try {
          await runAttempt(() => Promise.resolve(engine), {
            trial,
            attempt: 1,
            device,
            threads: 1,
            checkpoints: openCheckpoints(folder, trial.id),
            signal: stop.signal,
            send: (event) => {
              events.push(workerEvent.parse(event));
              if (event.type === stopAt) stop.abort();
            },
          });
        } finally {
          await engine.close();
        }
      });
      return { events, end: events.at(-1) as Ended };
    };

    const longTrial = (): Trial => trialOf({ epochs: longEpochs });
    /** What the long trial says when nothing happens to it; trained once. */
    const whole = (): Promise<WorkerEvent[]> =>
      (undisturbed ??= attempt({ trial: longTrial() }).then(({ events }) => events));

    it('says that it began, each epoch with its checkpoint, and what came of it', async () => {
      const trial = trialOf();
      const { events } = await attempt({ trial });
      const lasting = events.filter(({ type }) => type !== 'progress');
      expect(lasting.map(({ type }) => type)).toEqual([
        'started',
        ...Array.from({ length: EPOCHS }, () => ['epoch', 'checkpoint']).flat(),
        'done',
      ]);
      const [started] = lasting;
      const total = started?.type === 'started' ? started.totalSteps : 0;
      expect(started).toMatchObject({ engine: spec.name, device, resumedFromStep: 0 });
      expect(total).toBeGreaterThanOrEqual(EPOCHS);
      const epochs = lasting.flatMap((event) => (event.type === 'epoch' ? [event.metrics] : []));
      expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual(
        Array.from({ length: EPOCHS }, (_, i) => [i + 1, ((i + 1) * total) / EPOCHS]),
      );
      const saved = lasting.flatMap((event) => (event.type === 'checkpoint' ? [event.step] : []));
      expect(saved).toEqual(epochs.map(({ step }) => step));
      const result = resultIn(events);
      for (const top1 of [result.minivalTop1, result.testTop1, result.trainTop1]) {
        expect(top1).toBeGreaterThanOrEqual(0);
        expect(top1).toBeLessThanOrEqual(1);
      }
      expect(result.minivalTop1).toBe(epochs.at(-1)!.minivalTop1);
      expect(result.weightsDigest).toMatch(/^[0-9a-f]{64}$/);
    });

    it('gives the same events and numbers for the same trial, and others for another seed', async () => {
      const first = await attempt();
      const again = await attempt();
      const other = await attempt({ trial: trialOf({ seed: 6 }) });
      expect(untimed(again.events)).toEqual(untimed(first.events));
      expect(resultIn(other.events).weightsDigest).not.toBe(resultIn(first.events).weightsDigest);
    });

    it('saves its state when asked to stop, and continues from there to the same numbers', async () => {
      const trial = longTrial();
      const folder = newFolder();
      const stopped = await attempt({ trial, folder, stopAt: 'checkpoint' });
      expect(stopped.end).toMatchObject({ type: 'failed', kind: 'interrupted' });
      const last = stopped.events.findLast((event) => event.type === 'checkpoint');
      const resumed = await attempt({ trial, folder });
      expect(resumed.events[0]).toMatchObject({ type: 'started', resumedFromStep: last?.step });
      expect(last?.step).toBeGreaterThan(0);
      expect(numbersOf(resultIn(resumed.events))).toEqual(numbersOf(resultIn(await whole())));
      expect(curveOf(resumed.events)).toEqual(curveOf(await whole()));
    });

    it('is killed at any moment and continues from its last checkpoint to the same numbers', async () => {
      const trial = longTrial();
      const checkpointDir = newFolder();
      const run = { trial, device, checkpointDir, env };
      const killed = await runInProcess({ ...run, attempt: 1, killAt: 'checkpoint' });
      expect(killed.cause).toMatchObject({ kind: 'host-lost' });
      const resumed = await runInProcess({ ...run, attempt: 2 });
      const [started] = resumed.events;
      expect(started?.type === 'started' ? started.resumedFromStep : 0).toBeGreaterThan(0);
      expect(numbersOf(resultIn(resumed.events))).toEqual(numbersOf(resultIn(await whole())));
      expect(curveOf(resumed.events)).toEqual(curveOf(await whole()));
    });

    it('ends a trial whose loss is no number as diverged, at a step', async () => {
      const trial = trialOf({ recipe: { learningRate: 1e30 } });
      const { end } = await attempt({ trial, with: under.divergingEnv ?? {} });
      expect(end).toMatchObject({ type: 'failed', kind: 'diverged' });
      expect(end.type === 'failed' ? end.message : '').toMatch(/step \d+/);
    });

    it('ends a trial that wants more memory than there is as out of memory, and takes the next', async () => {
      const trial = trialOf({ model: { width: 20_000 } });
      const { end } = await attempt({ trial, with: under.outOfMemoryEnv ?? {} });
      expect(end).toMatchObject({ type: 'failed', kind: 'out-of-memory' });
      expect((await attempt()).end).toMatchObject({ type: 'done' });
    });
  });
}

async function withEnvironment(env: Readonly<Record<string, string>>, act: () => Promise<void>): Promise<void> {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  Object.assign(process.env, env);
  try {
    await act();
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}

function resultIn(events: readonly WorkerEvent[]): TrialResult {
  const last = events.at(-1);
  if (last?.type !== 'done') throw new Error(`Expected a result, got ${JSON.stringify(last)}`);
  return last.result;
}

/** All but times and memory. */
function numbersOf({ seconds: _s, trainSeconds: _t, stepMs: _m, peakBytes: _p, ...rest }: TrialResult): object {
  return rest;
}

function curveOf(events: readonly WorkerEvent[]): object[] {
  return events.flatMap((event) => (event.type === 'epoch' ? [{ ...event.metrics, seconds: 0 }] : []));
}

/** Events without what the clock decides. */
function untimed(events: readonly WorkerEvent[]): object[] {
  return events.flatMap((event): object[] => {
    switch (event.type) {
      case 'progress':
        return [];
      case 'started':
        return [{ ...event, pid: 0, environment: {} }];
      case 'epoch':
        return [{ ...event, metrics: { ...event.metrics, seconds: 0 } }];
      // Seconds so far stand in a checkpoint as decimals.
      case 'checkpoint':
        return [{ ...event, bytes: 0 }];
      case 'done':
        return [{ ...event, result: numbersOf(event.result) }];
      case 'failed':
        return [event];
    }
  });
}
