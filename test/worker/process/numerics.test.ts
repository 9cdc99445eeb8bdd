import { describe, expect, it } from 'vitest';
import { ENGINE_NUMERICS, makeTrial, type EngineName, type WorkerEvent } from '../../../contract/index.ts';
import type { Engine } from '../../../worker/engines/engine.ts';
import { runAttempt } from '../../../worker/process/run-attempt.ts';
import { tinyTrial } from '../../fixtures/trial.ts';

/** What an attempt comes to, and whether the engine was asked. */
async function attempt(name: EngineName, off: number): Promise<{ events: WorkerEvent[]; isOpened: boolean }> {
  const { spec } = tinyTrial();
  const trainer = name === 'command' ? { trainer: { name: 'any', arguments: [] } } : {};
  const trial = makeTrial({ ...spec, engine: { name, numerics: ENGINE_NUMERICS[name] + off, ...trainer } });
  const events: WorkerEvent[] = [];
  let isOpened = false;
  const open = (): Promise<Engine> => {
    isOpened = true;
    return Promise.reject(new Error('opened'));
  };
  const rest = { attempt: 1, device: 'cpu', threads: 1, checkpoints: undefined as never };
  const signal = new AbortController().signal;
  await runAttempt(open, { trial, ...rest, signal, send: (event) => events.push(event) });
  return { events, isOpened };
}

describe.each(Object.keys(ENGINE_NUMERICS) as EngineName[])('a worker of engine %s', (name) => {
  it.each([
    [1, /Update scalesweep on this machine/],
    [-1, /newer than the plan. scalesweep run GRID plans the trials for version/],
  ])('hands back a trial that was planned for a version %i away, and says what to update', async (off, message) => {
    const { events, isOpened } = await attempt(name, off);
    expect(isOpened).toBe(false);
    // Costs the trial nothing: another worker may have its version.
    expect(events).toEqual([
      expect.objectContaining({ type: 'failed', kind: 'device', message: expect.stringMatching(message) }),
    ]);
  });

  it('takes one of its own version', async () => {
    expect((await attempt(name, 0)).isOpened).toBe(true);
  });
});
