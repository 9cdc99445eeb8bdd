import { afterEach, describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../../contract/index.ts';
import { silenceLimitMs } from '../../../worker/child/silence.ts';
import { supervise, type Supervisor, type SupervisorOptions } from '../../../worker/child/supervisor.ts';
import { useFolders } from '../../orchestrator/support/folders.ts';
import { noopTrials } from '../../orchestrator/support/trials.ts';
import { waitUntil } from '../../orchestrator/support/wait-until.ts';
import { STARTS_PROCESSES } from '../../support/time-outs.ts';

describe('the silence rule', () => {
  it.each([
    ['a child that starts', undefined, undefined, 900_000],
    ['a short attempt', 10, undefined, 900_000],
    ['an attempt of an hour', 3600, undefined, 72_000_000],
    ['a limit that was given', 0.1, 5000, 5000],
    ['a given limit below 20 times the prediction', 1, 5000, 20_000],
  ])('of %s', (_of, predictedSeconds, silenceMs, limit) => {
    expect(silenceLimitMs(predictedSeconds === undefined ? undefined : { predictedSeconds }, silenceMs)).toBe(limit);
  });
});

describe('a supervisor', { timeout: STARTS_PROCESSES }, () => {
  const newFolder = useFolders();
  let child: Supervisor | undefined;
  afterEach(async () => {
    child?.kill();
    await child?.stop();
  });

  const start = (options: Partial<SupervisorOptions>): WorkerEvent[] => {
    const events: WorkerEvent[] = [];
    child = supervise({
      device: 'cpu',
      threads: 1,
      checkpointDir: newFolder(),
      onEvents: (batch) => void events.push(...batch),
      onChange: () => undefined,
      ...options,
    });
    return events;
  };
  const give = (count: number, predictedSeconds = 60): void =>
    child!.give(noopTrials(count).map((trial) => ({ trial, attempt: 1, predictedSeconds })));
  const behave = (options: object): Record<string, string> => ({ SCALESWEEP_NOOP: JSON.stringify(options) });

  it('retires a device whose child never gets ready, after three starts', async () => {
    start({ silenceMs: 1000, env: { NODE_OPTIONS: '--import data:text/javascript,for(;;);' } });
    await waitUntil('it is retired', () => child!.state() === 'retired');
    expect(child!.why()).toMatch(/^The worker gave no sign of life for 1 s/);
  });

  it('kills a child that does not leave in time, and ends what it has: the first as lost, the others as handed back', async () => {
    const events = start({ env: behave({ fault: { kind: 'hang' } }) });
    await waitUntil('it is ready', () => child!.state() === 'idle');
    give(3);
    await waitUntil('it has started', () => events.some(({ type }) => type === 'started'));
    await child!.stop(1000);
    expect(events.filter(({ type }) => type === 'failed')).toMatchObject([
      { kind: 'host-lost', message: 'The worker did not save its state within 1 s and was killed' },
      { kind: 'interrupted' },
      { kind: 'interrupted' },
    ]);
    expect(child!.inHand()).toEqual([]);
  });

  it('drops the attempt at work without an event, hands back those behind it, and starts another child', async () => {
    const events = start({ env: behave({ stepsPerEpoch: 1000, stepMs: 5 }) });
    await waitUntil('it is ready', () => child!.state() === 'idle');
    give(2);
    await waitUntil('it has started', () => events.some(({ type }) => type === 'started'));
    child!.drop();
    await waitUntil('another is ready', () => child!.state() === 'idle');
    expect(events.filter(({ type }) => type === 'failed')).toMatchObject([
      { trial: noopTrials(2)[1]!.id, kind: 'interrupted' },
    ]);
  });
});
