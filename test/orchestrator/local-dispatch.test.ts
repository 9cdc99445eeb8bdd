import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Trial, WorkerEvent } from '../../contract/index.ts';
import type { Dispatcher } from '../../orchestrator/dispatch/dispatcher.ts';
import { makeLocalDispatcher, type LocalOptions } from '../../orchestrator/dispatch/local.ts';
import { isLast } from '../../worker/index.ts';
import { describeDispatcher } from './dispatch-conformance.ts';
import { useFolders } from './support/folders.ts';
import { noopTrials } from './support/trials.ts';
import { waitUntil } from './support/wait-until.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

describeDispatcher({
  name: 'local',
  make: (folder, onSettled) =>
    makeLocalDispatcher({
      devices: ['cpu', 'cpu'],
      checkpointDir: folder,
      clearCheckpoints: async (trial) => onSettled(trial),
    }),
});

describe('local workers', () => {
  const newFolder = useFolders();
  let dispatcher: Dispatcher;

  afterEach(async () => {
    delete process.env['SCALESWEEP_NOOP'];
    dispatcher.kill();
    await dispatcher.close();
  });

  const start = (
    options: Partial<LocalOptions>,
    trials: readonly Trial[],
    predictedSeconds = 60,
  ): { events: WorkerEvent[]; broken: Error[] } => {
    const events: WorkerEvent[] = [];
    const broken: Error[] = [];
    const waiting = [...trials];
    dispatcher = makeLocalDispatcher({
      devices: ['cpu'],
      checkpointDir: newFolder(),
      clearCheckpoints: async () => undefined,
      ...options,
    });
    dispatcher.start({
      onEvents: (batch) => events.push(...batch),
      onRoom: () => {
        for (
          let slot = dispatcher.slotFor(predictedSeconds);
          slot !== undefined && waiting.length > 0;
          slot = dispatcher.slotFor(predictedSeconds)
        ) {
          dispatcher.hand(slot, { trial: waiting.shift()!, attempt: 1, predictedSeconds });
        }
      },
      onBroken: (error) => broken.push(error),
    });
    return { events, broken };
  };

  it('that hang are killed, which costs the trial a retry, and replaced', async () => {
    process.env['SCALESWEEP_NOOP'] = JSON.stringify({ fault: { kind: 'hang' } });
    const { events } = start({ silenceMs: 1000 }, noopTrials(2), 0.04);
    const ends = (): WorkerEvent[] => events.filter(isLast);
    await waitUntil('both were given up', () => ends().length === 2);
    expect(ends()).toMatchObject([
      { type: 'failed', kind: 'crash', message: 'The worker gave no sign of life for 1 s' },
      { type: 'failed', kind: 'crash' },
    ]);
  });

  it('that are asked to leave save their state and hand back, at no cost to the trial', async () => {
    process.env['SCALESWEEP_NOOP'] = JSON.stringify({ stepsPerEpoch: 1000, stepMs: 5, checkpointEverySteps: 1000 });
    const { events } = start({}, noopTrials(1));
    await waitUntil('it trains', () => events.some(({ type }) => type === 'progress'));
    const [first] = events;
    process.kill(first?.type === 'started' ? first.pid : 0, 'SIGTERM');
    await waitUntil('it was handed back', () => events.some(isLast));
    expect(events.at(-2)).toMatchObject({ type: 'checkpoint' });
    expect(events.at(-1)).toMatchObject({ type: 'failed', kind: 'interrupted' });
    await waitUntil('another worker is there', () => dispatcher.slotFor(60) !== undefined);
  });

  it('that cannot start are given up after three tries, with their last words', async () => {
    const before = process.env['NODE_OPTIONS'];
    process.env['NODE_OPTIONS'] = '--require /nowhere/at-all.cjs';
    try {
      const { broken } = start({}, noopTrials(1));
      await waitUntil('it was given up', () => broken.length > 0);
      expect(broken).toHaveLength(1);
      expect(broken[0]).toMatchObject({
        code: 'DEVICE_UNAVAILABLE',
        message: expect.stringContaining('/nowhere/at-all.cjs') as string,
      });
    } finally {
      if (before === undefined) delete process.env['NODE_OPTIONS'];
      else process.env['NODE_OPTIONS'] = before;
    }
  });

  it('clear the checkpoints of a settled trial, and only where there are some', async () => {
    const cleared: string[] = [];
    process.env['SCALESWEEP_NOOP'] = JSON.stringify({ stepsPerEpoch: 2 });
    const [trial] = noopTrials(1);
    const { events } = start({ clearCheckpoints: async (id) => void cleared.push(id) }, [trial!]);
    await waitUntil('it is done', () => events.some(isLast));
    dispatcher.settled('0000000000000000');
    dispatcher.settled(trial!.id);
    expect(cleared).toEqual([trial!.id]);
  });
});
