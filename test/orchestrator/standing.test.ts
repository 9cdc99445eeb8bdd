import { describe, expect, it } from 'vitest';
import { standingOf, standingText } from '../../orchestrator/launch/standing.ts';
import type { Counts, StoreOwner } from '../../results/index.ts';

const NONE: Counts = { planned: 0, queued: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
const LEFT: Counts = { ...NONE, done: 3, planned: 10, running: 2 };
const ALIVE: StoreOwner = { pid: 3225, host: 'here', isAlive: true, sweep: 'abc' };
const DEAD: StoreOwner = { ...ALIVE, isAlive: false };

function says(counts: Counts, owner?: StoreOwner, state: 'active' | 'paused' | 'cancelled' = 'active'): string {
  return standingText(standingOf({ id: 'abc', state }, counts, owner), counts, owner);
}

describe('where a sweep stands', () => {
  it.each([
    ['done: 15/15', says({ ...NONE, done: 15 })],
    ['done: 14/15, 1 failed', says({ ...NONE, done: 14, failed: 1 }, undefined, 'paused')],
    ['running: 3/15, 2 running, 10 planned', says(LEFT, ALIVE)],
    ['interrupted: its orchestrator (pid 3225) is gone: 3/15, 2 in hand when it ended, 10 planned', says(LEFT, DEAD)],
    ['interrupted: its orchestrator is gone: 3/15, 2 in hand when it ended, 10 planned', says(LEFT)],
    [
      'waiting for a worker of engine onnx: 3/15, 12 planned',
      says({ ...LEFT, running: 0, planned: 12 }, { ...ALIVE, waitsFor: 'a worker of engine onnx' }),
    ],
    // The process runs another sweep of the store.
    ['stopped: 3/15, 12 planned', says({ ...LEFT, running: 0, planned: 12 }, { ...ALIVE, sweep: 'other' })],
    ['stopped: 3/15, 12 planned', says({ ...LEFT, running: 0, planned: 12 })],
    ['paused: 3/15, 12 planned', says({ ...LEFT, running: 0, planned: 12 }, undefined, 'paused')],
    ['cancelled: 3/15, 12 cancelled', says({ ...NONE, done: 3, cancelled: 12 }, undefined, 'cancelled')],
  ])('%s', (expected, said) => expect(said).toBe(expected));
});
