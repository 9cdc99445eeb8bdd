import { describe, expect, it } from 'vitest';
import { parseFromWorker, parseToWorker, PROTOCOL_VERSION } from '../../../worker/protocol/protocol.ts';
import { noopTrial } from '../../orchestrator/support/trials.ts';

const RUN = {
  v: PROTOCOL_VERSION,
  type: 'run',
  attempts: [{ trial: noopTrial(1), attempt: 1 }],
  device: 'cpu',
  threads: 1,
  checkpointDir: '/tmp/checkpoints',
};

describe('messages between orchestrator and worker', () => {
  it('survive the trip through JSON', () => {
    expect(parseToWorker(JSON.parse(JSON.stringify(RUN)))).toEqual(RUN);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'run'],
    ['another version', { ...RUN, v: 2 }],
    ['an unknown type', { ...RUN, type: 'exec' }],
    ['an unknown key', { ...RUN, command: 'rm' }],
    ['no attempts', { ...RUN, attempts: [] }],
    ['attempt 0', { ...RUN, attempts: [{ trial: noopTrial(1), attempt: 0 }] }],
    [
      'a trial under the id of another',
      { ...RUN, attempts: [{ trial: { ...noopTrial(1), id: noopTrial(2).id }, attempt: 1 }] },
    ],
    ['no threads', { ...RUN, threads: 0 }],
  ])('to a worker, %s is refused', (_what, message) => {
    expect(() => parseToWorker(message)).toThrow(TypeError);
  });

  it.each<[string, unknown]>([
    ['no events', { v: PROTOCOL_VERSION, type: 'events', events: [], rssBytes: 1 }],
    [
      'an event without a trial',
      { v: PROTOCOL_VERSION, type: 'events', events: [{ v: 1, type: 'checkpoint', step: 1, bytes: 1 }], rssBytes: 1 },
    ],
    ['no memory reading', { v: PROTOCOL_VERSION, type: 'ready', pid: 'one' }],
  ])('from a worker, %s is refused', (_what, message) => {
    expect(() => parseFromWorker(message)).toThrow(TypeError);
  });
});
