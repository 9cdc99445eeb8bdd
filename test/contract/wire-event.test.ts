import { describe, expect, it } from 'vitest';
import { packEvents, wireEvents, type WorkerEvent } from '../../contract/index.ts';

const HERE = { host: 'here' };
const ELSEWHERE = { host: 'elsewhere' };
const head = (trial: number): { v: 1; trial: string; attempt: number } => ({
  v: 1,
  trial: trial.toString(16).padStart(16, '0'),
  attempt: 1,
});
const started = (trial: number, environment: Record<string, string>): WorkerEvent => ({
  ...head(trial),
  type: 'started',
  engine: 'noop',
  device: 'cpu',
  pid: 1,
  resumedFromStep: 0,
  totalSteps: 0,
  environment,
});
const saved = (trial: number): WorkerEvent => ({ ...head(trial), type: 'checkpoint', step: 1, bytes: 1 });

describe('events on their way', () => {
  const events = [started(1, HERE), saved(1), started(2, HERE), started(3, ELSEWHERE), saved(3), started(4, HERE)];

  it('arrive as they were sent', () => {
    expect(wireEvents.parse(JSON.parse(JSON.stringify(packEvents(events))))).toEqual(events);
    expect(wireEvents.parse(JSON.parse(JSON.stringify(events)))).toEqual(events);
  });

  it('carry an environment once where neighbours share it', () => {
    expect(packEvents(events).map((event) => 'environment' in event)).toEqual([true, false, false, true, false, true]);
    // Also where each made its own.
    const [, second] = packEvents([started(1, HERE), started(2, { ...HERE })]);
    expect(second).not.toHaveProperty('environment');
    const [, more] = packEvents([started(1, HERE), started(2, { ...HERE, batch: '64' })]);
    expect(more).toHaveProperty('environment', { ...HERE, batch: '64' });
  });

  it('can be packed again by whoever passes them on', () => {
    const passedOn = wireEvents.parse(packEvents(events));
    expect(JSON.stringify(packEvents(passedOn))).toBe(JSON.stringify(packEvents(events)));
  });

  it('are refused when the first environment is missing', () => {
    const [, ...rest] = packEvents([started(1, HERE), started(2, HERE)]);
    expect(wireEvents.safeParse(rest).error?.issues[0]?.message).toMatch(/environment/);
  });

  it('are refused when there are none', () => {
    expect(wireEvents.safeParse([]).success).toBe(false);
  });
});

describe('an event of a later version', () => {
  it('counts without what this version does not know', () => {
    const [first] = [started(1, HERE)];
    const metrics = {
      epoch: 1,
      step: 1,
      learningRate: 0.1,
      trainLoss: 1,
      trainTop1: 0.5,
      minivalLoss: 1,
      minivalTop1: 0.5,
    };
    const epoch: WorkerEvent = { ...head(1), type: 'epoch', metrics: { ...metrics, seconds: 1 } };
    const later = [
      { ...first, gpuName: 'H200' },
      { ...epoch, metrics: { ...epoch.metrics, minivalTop5: 0.9 } },
    ];
    expect(wireEvents.parse(later)).toEqual([first, epoch]);
  });
});
