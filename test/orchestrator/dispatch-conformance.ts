import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FailureKind, Trial, WorkerEvent } from '../../contract/index.ts';
import type { NoopOptions } from '../../worker/engines/noop/options.ts';
import { isLast } from '../../worker/index.ts';
import type { Dispatcher } from '../../orchestrator/dispatch/dispatcher.ts';
import { useFolders } from './support/folders.ts';
import { noopTrial, noopTrials } from './support/trials.ts';
import { waitUntil } from './support/wait-until.ts';

export interface DispatchImplementation {
  readonly name: string;
  /** Makes a dispatcher of two workers of the noop engine, checkpoints below `folder`. */
  readonly make: (folder: string, onSettled: (trial: string) => void) => Dispatcher;
}

/** Seconds: too long for a second attempt to be handed to the same worker ahead. */
const LONG = 60;

/** What every dispatcher must do. The noop engine's behaviour comes from the environment, which workers inherit. */
export function describeDispatcher({ name, make }: DispatchImplementation): void {
  describe(`${name} dispatcher`, () => {
    const newFolder = useFolders();
    let dispatcher: Dispatcher;
    let events: WorkerEvent[];
    let settled: string[];
    let broken: Error[];
    let folder: string;

    beforeEach(() => {
      folder = newFolder();
      events = [];
      settled = [];
      broken = [];
    });
    afterEach(async () => {
      delete process.env['SCALESWEEP_NOOP'];
      dispatcher.kill();
      await dispatcher.close();
    });

    const behave = (options: Partial<NoopOptions>): void => {
      process.env['SCALESWEEP_NOOP'] = JSON.stringify(options);
    };
    /** Hands out all trials, each as the attempt given, as room comes up. */
    const start = (trials: readonly Trial[], attempt = 1, predictedSeconds = 0.001): void => {
      const waiting = [...trials];
      const fill = (): void => {
        while (waiting.length > 0) {
          const slot = dispatcher.slotFor(predictedSeconds);
          if (slot === undefined) return;
          dispatcher.hand(slot, { trial: waiting.shift()!, attempt, predictedSeconds });
        }
      };
      dispatcher = make(folder, (trial) => settled.push(trial));
      dispatcher.start({
        onEvents: (batch, _worker, onStored) => {
          events.push(...batch);
          onStored?.();
        },
        onRoom: fill,
        onBroken: (error) => broken.push(error),
      });
    };
    const endings = (): Extract<WorkerEvent, { type: 'done' | 'failed' }>[] => events.filter(isLast);
    const allEnded = (count: number): Promise<void> =>
      waitUntil(`${count} attempts ended`, () => endings().length >= count);
    const kinds = (): (FailureKind | 'done')[] =>
      endings().map((event) => (event.type === 'done' ? 'done' : event.kind));
    const trialsWith = (type: WorkerEvent['type']): number =>
      new Set(events.filter((event) => event.type === type).map(({ trial }) => trial)).size;
    const startedPid = (): number | undefined => {
      const event = events.find((event) => event.type === 'started');
      return event?.type === 'started' ? event.pid : undefined;
    };

    it('executes every trial once and ends each with one event', async () => {
      const trials = noopTrials(50);
      start(trials);
      await allEnded(50);
      expect(kinds()).toEqual(trials.map(() => 'done'));
      expect(new Set(endings().map(({ trial }) => trial))).toEqual(new Set(trials.map(({ id }) => id)));
    });

    it('delivers the events of an attempt in order, stamped with trial and attempt', async () => {
      const trial = noopTrial(1, { epochs: 3 });
      start([trial], 7);
      await allEnded(1);
      expect(events.map(({ type }) => type)).toEqual(['started', 'epoch', 'epoch', 'epoch', 'done']);
      expect(events.every((event) => event.trial === trial.id && event.attempt === 7)).toBe(true);
    });

    it('reports where and in what environment an attempt began', async () => {
      start([noopTrial(1)]);
      await allEnded(1);
      expect(events[0]).toMatchObject({
        type: 'started',
        engine: 'noop',
        resumedFromStep: 0,
        environment: { node: process.version, scalesweep: expect.stringMatching(/^\d/) as string },
      });
    });

    it.each([
      ['throw', 'crash'],
      ['nan', 'diverged'],
      ['out-of-memory', 'out-of-memory'],
      ['config', 'config'],
      ['data', 'data'],
      ['device', 'device'],
      ['exit', 'crash'],
      ['segfault', 'crash'],
      ['kill', 'host-lost'],
    ] as const)('names a trial that fails by %s as %s, and continues with the next', async (kind, expected) => {
      behave({ fault: { kind, every: 1, times: 1, markerDir: path.join(folder, 'markers') } });
      const trial = noopTrial(1);
      start([trial]);
      await allEnded(1);
      expect(kinds()).toEqual([expected]);
      await waitUntil('there is room again', () => dispatcher.slotFor(0.001) !== undefined);
      dispatcher.hand(dispatcher.slotFor(0.001)!, { trial, attempt: 2, predictedSeconds: 0.001 });
      await allEnded(2);
      expect(kinds()).toEqual([expected, 'done']);
      expect(broken).toEqual([]);
    });

    it('hands a trial that was too large for the memory out with fewer images at a time', async () => {
      behave({ fault: { kind: 'out-of-memory', every: 1, fromImages: 10 } });
      const trial = noopTrial(1);
      start([trial]);
      await allEnded(1);
      await waitUntil('there is room again', () => dispatcher.slotFor(0.001) !== undefined);
      dispatcher.hand(dispatcher.slotFor(0.001)!, { trial, attempt: 2, microBatch: 5, predictedSeconds: 0.001 });
      await allEnded(2);
      expect(kinds()).toEqual(['out-of-memory', 'done']);
      const environments = events.flatMap((event) => (event.type === 'started' ? [event.environment] : []));
      expect(environments).toMatchObject([
        { effectiveBatch: '10', batchNormBatch: '10' },
        { effectiveBatch: '10', batchNormBatch: '5' },
      ]);
    });

    it('notices at once that a worker was killed, and blames nobody', async () => {
      behave({ stepsPerEpoch: 1000, stepMs: 5 });
      start([noopTrial(1)]);
      await waitUntil('it has started', () => startedPid() !== undefined);
      process.kill(startedPid()!, 'SIGKILL');
      await allEnded(1);
      expect(kinds()).toEqual(['host-lost']);
    });

    it('lets workers save their state and hand back when stopped', async () => {
      behave({ stepsPerEpoch: 1000, stepMs: 5, checkpointEverySteps: 1000, traceFile: path.join(folder, 'trace') });
      const trials = noopTrials(2);
      start(trials, 1, LONG);
      await waitUntil('both have trained', () => trialsWith('progress') === 2);
      await dispatcher.stop();
      expect(kinds()).toEqual(['interrupted', 'interrupted']);
      for (const trial of trials) {
        const saved = events.findLast((event) => event.type === 'checkpoint' && event.trial === trial.id);
        const steps = readFileSync(path.join(folder, 'trace'), 'utf8')
          .split('\n')
          .filter((line) => line.startsWith(trial.id)).length;
        expect(saved).toMatchObject({ step: steps });
      }
      expect(dispatcher.slotFor(0.001)).toBeUndefined();
    });

    it('resumes from the checkpoint that an interrupted attempt left', async () => {
      behave({ stepsPerEpoch: 200, stepMs: 2 });
      const trial = noopTrial(1, { epochs: 1 });
      start([trial]);
      await waitUntil('it has trained', () => events.some(({ type }) => type === 'progress'));
      await dispatcher.stop();
      await dispatcher.close();
      events = [];
      start([trial], 2);
      await allEnded(1);
      expect(kinds()).toEqual(['done']);
      expect(events[0]).toMatchObject({
        type: 'started',
        resumedFromStep: expect.toSatisfy((step: number) => step > 0) as number,
      });
    });

    it('hands short attempts ahead and long ones one at a time', async () => {
      behave({ sleepMs: 60_000 });
      start(noopTrials(4), 1, LONG);
      await waitUntil('both workers are at work', () => trialsWith('started') === 2);
      expect(dispatcher.slotFor(LONG)).toBeUndefined();
    });

    it('ends every attempt when killed', async () => {
      behave({ stepsPerEpoch: 1000, stepMs: 5 });
      start(noopTrials(2), 1, LONG);
      await waitUntil('both have started', () => trialsWith('started') === 2);
      dispatcher.kill();
      await allEnded(2);
      expect(kinds()).toEqual(['host-lost', 'host-lost']);
    });
  });
}
