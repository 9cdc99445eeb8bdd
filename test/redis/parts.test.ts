import fc from '../support/property.ts';
import { describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../contract/index.ts';
import { makeLeaseTable } from '../../orchestrator/dispatch/redis/lease-table.ts';
import { makeMessageSequencer } from '../../orchestrator/dispatch/redis/message-sequencer.ts';
import { jobId, pack, BATCH_TRIALS, priorityOf } from '../../orchestrator/dispatch/redis/packing.ts';
import { storeId } from '../../orchestrator/dispatch/redis/store-id.ts';
import { openOutbox } from '../../worker/remote/outbox.ts';
import { visibleDevice } from '../../worker/child/visible-device.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { noopTrial, noopTrials } from '../orchestrator/support/trials.ts';

const STORE = 'a'.repeat(32);
const trial = noopTrial(1).id;
const event = (attempt: number): WorkerEvent => ({ v: 1, trial, attempt, type: 'checkpoint', step: attempt, bytes: 1 });
const end = (attempt: number): WorkerEvent => ({
  v: 1,
  trial,
  attempt,
  type: 'failed',
  kind: 'crash',
  message: 'm',
  step: null,
});

describe('leases of leases', () => {
  const open = { trial, attempt: 1, predictedSeconds: 1, job: 'j', isTaken: false };

  it('loses an attempt that gave no sign for longer than a lease, and no other', () => {
    const leases = makeLeaseTable(1000);
    leases.open(open, 0);
    leases.open({ ...open, attempt: 2 }, 0);
    leases.seen(`${trial}.2`, 600, true);
    expect(leases.lost(1000)).toEqual([]);
    expect(leases.lost(1001).map(({ attempt }) => attempt)).toEqual([1]);
    expect(leases.lost(1601).map(({ attempt, isTaken }) => [attempt, isTaken])).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it('loses nobody for a time in which it could not look', () => {
    const leases = makeLeaseTable(1000);
    leases.open(open, 0);
    leases.blindUntil(50_000);
    expect(leases.lost(51_000)).toEqual([]);
    expect(leases.lost(51_001)).toHaveLength(1);
  });
});

describe('sequencer', () => {
  const message = (seq: number | null, acked = 0): string =>
    JSON.stringify({ v: 1, worker: 'w', seq, acked, events: [event(1)] });
  const acts = (...texts: string[]): string[] => {
    const sequencer = makeMessageSequencer();
    return texts.map((text) => sequencer.receive(text).act);
  };

  it('takes messages in order, each once, and waits for those that are missing', () => {
    expect(acts(message(1), message(2), message(2), message(4), message(3), message(4))).toEqual([
      'take',
      'take',
      'again',
      'wait',
      'take',
      'take',
    ]);
  });

  it('begins where the worker says that the orchestrator before it had stopped', () => {
    expect(acts(message(8, 5), message(6, 5), message(7, 5), message(8, 5))).toEqual(['wait', 'take', 'take', 'take']);
  });

  it('refuses what is no message', () => {
    expect(acts('{', 'null', JSON.stringify({ v: 2 }), message(0))).toEqual(['refuse', 'refuse', 'refuse', 'refuse']);
  });

  it('acknowledges what is stored, and nothing before it is', () => {
    const sequencer = makeMessageSequencer();
    sequencer.receive(message(1));
    sequencer.receive(message(2));
    expect(sequencer.takeDue()).toEqual(new Map());
    sequencer.stored('w', 1);
    expect(sequencer.takeDue()).toEqual(new Map([['w', 1]]));
    sequencer.receive(message(1));
    expect(sequencer.takeDue()).toEqual(new Map([['w', 1]]));
  });

  it('delivers each message once and in order, however they are lost, doubled and sent again', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), { maxLength: 20 }), (rounds) => {
        const sequencer = makeMessageSequencer();
        const taken: number[] = [];
        let acked = 0;
        const last = 12;
        // Each round the worker sends all from the last acknowledgement on; `false` is lost on the way. The last round loses nothing.
        for (const round of [...rounds, Array.from({ length: last }, () => true)]) {
          for (let seq = acked + 1; seq <= last; seq++) {
            if (round[(seq - acked - 1) % round.length] !== true) continue;
            const reception = sequencer.receive(message(seq, acked));
            if (reception.act !== 'take') continue;
            taken.push(seq);
            sequencer.stored('w', seq);
          }
          acked = sequencer.takeDue().get('w') ?? acked;
        }
        expect(taken).toEqual(Array.from({ length: last }, (_, i) => i + 1));
      }),
    );
  });
});

describe('packing', () => {
  const assignments = (seconds: number, count: number) =>
    noopTrials(count).map((each) => ({ trial: each, attempt: 1, predictedSeconds: seconds }));

  it('sends long trials alone and tiny ones together, none left out and none twice', () => {
    expect(pack(STORE, assignments(60, 3), 1).map(({ attempts }) => attempts.length)).toEqual([1, 1, 1]);
    expect(pack(STORE, assignments(1e-6, 2 * BATCH_TRIALS + 22), 1).map(({ attempts }) => attempts.length)).toEqual([
      BATCH_TRIALS,
      BATCH_TRIALS,
      22,
    ]);
    expect(pack(STORE, assignments(0.0005, 10), 4).map(({ attempts }) => attempts.length)).toEqual([3, 3, 3, 1]);
    const mixed = [...assignments(0.0005, 10), ...assignments(60, 2), ...assignments(0.03, 7)];
    const packed = pack(STORE, mixed, 3).flatMap(({ attempts }) => attempts.map(({ trial }) => trial.id));
    expect(packed).toEqual(mixed.map(({ trial }) => trial.id));
  });

  it('gives the longest trial the first place, within what BullMQ can tell apart', () => {
    const seconds = [0, 1e-9, 1e-3, 1, 60, 3600, 86_400, 1e12, Infinity];
    const priorities = seconds.map(priorityOf);
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
    expect(Math.min(...priorities)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...priorities)).toBeLessThanOrEqual(2 ** 21);
  });

  it('names jobs apart', () => {
    const ids = pack(STORE, assignments(60, 20), 1).map(jobId);
    expect(new Set(ids).size).toBe(20);
    expect(ids.every((id) => !id.includes(':'))).toBe(true);
  });
});

describe('outbox', () => {
  const newFolder = useFolders();

  it('keeps messages over a restart, under the same name and numbers, until they are acknowledged', () => {
    const folder = newFolder();
    const first = openOutbox(folder);
    expect([
      first.append(STORE, [event(1)]),
      first.append(STORE, [end(1)]),
      first.append('b'.repeat(32), [event(1)]),
    ]).toEqual([1, 2, 1]);
    first.ack(STORE, 1);
    first.close();
    const second = openOutbox(folder);
    expect(second.worker).toBe(first.worker);
    expect(second.after(STORE, 0, 10).map(({ seq }) => seq)).toEqual([2]);
    expect(second.unackedEnds()).toEqual({ [STORE]: [`${trial}.1`] });
    expect(second.append(STORE, [event(2)])).toBe(3);
    second.ack(STORE, 3);
    expect(second.position(STORE)).toEqual({ store: STORE, last: 3, acked: 3 });
    expect(second.unackedEnds()).toEqual({});
    second.close();
  });

  it('gives each process one of its own, and takes over what dead ones left', () => {
    const folder = newFolder();
    const [one, two] = [openOutbox(folder), openOutbox(folder)];
    expect(one.worker).not.toBe(two.worker);
    one.append(STORE, [end(1)]);
    two.append(STORE, [end(2)]);
    two.close();
    one.close();
    const heir = openOutbox(folder);
    expect(heir.after(STORE, 0, 10).map(({ events }) => (JSON.parse(events) as WorkerEvent[])[0]!.attempt)).toEqual([
      1, 2,
    ]);
    heir.close();
  });

  it('heeds no acknowledgement of messages that it never wrote', () => {
    const outbox = openOutbox(newFolder());
    outbox.append(STORE, [end(1)]);
    outbox.ack(STORE, 1e9);
    outbox.ack(STORE, -1);
    expect(outbox.after(STORE, 0, 10)).toHaveLength(1);
    outbox.close();
  });
});

describe('names', () => {
  const newFolder = useFolders();

  it('gives a store one name for as long as its file stands beside it', () => {
    const db = `${newFolder()}/results.db`;
    const id = storeId(db);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(storeId(db)).toBe(id);
  });

  it.each([
    ['cuda:0', { device: 'cuda:0', env: { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '0' } }],
    ['cuda:3', { device: 'cuda:0', env: { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '3' } }],
    ['cpu', { device: 'cpu', env: { CUDA_VISIBLE_DEVICES: '' } }],
    ['webgpu:0', { device: 'webgpu:0', env: { CUDA_VISIBLE_DEVICES: '' } }],
  ])('lets a child of %s see that device alone', (device, expected) => {
    expect(visibleDevice(device)).toEqual(expected);
  });
});
