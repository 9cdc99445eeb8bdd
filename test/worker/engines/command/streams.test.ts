/** What streams of events come to: none of a training that was finished may end in a way that is not tried again. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { useFolders } from '../../../orchestrator/support/folders.ts';
import { STARTS_PROCESSES } from '../../../support/time-outs.ts';
import { runScript, type ScriptEnd } from './script.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const newFolder = useFolders();

/** The tiny trial has three epochs. */
const EPOCHS = 3;
const event = (type: string, fields: object = {}): string => JSON.stringify({ type, ...fields });
const hello = (fields: object = {}): string => event('hello', { v: 1, ...fields });
const epoch = (n: number, fields: object = {}): string =>
  event('epoch', { epoch: n, step: n, learningRate: 0.1, minivalTop1: 0.25, ...fields });
const done = (fields: object = {}): string => event('done', { minivalTop1: 0.5, ...fields });
const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
const epochs = [1, 2, 3].map((n) => epoch(n));
const WHOLE = [hello(), ...epochs, done()];

interface Stream {
  readonly says: string | Buffer;
  /** The result's fields that are checked; or how it fails. */
  readonly ends: object | 'crash' | 'config' | 'diverged' | 'out-of-memory' | 'device';
  /** What the user is told, exactly once. */
  readonly warns?: RegExp;
  readonly exit?: number;
}

const OK = { minivalTop1: 0.5 };

const STREAMS: Readonly<Record<string, Stream>> = {
  'a whole one': { says: lines(...WHOLE), ends: OK },
  'the last line without a line break': { says: lines(...WHOLE).trimEnd(), ends: OK },
  'half of the last line': { says: lines(...WHOLE).slice(0, -9), ends: 'crash' },
  'half of the last line, and an exit code': { says: lines(...WHOLE).slice(0, -9), ends: 'crash', exit: 1 },
  'half a line before others': {
    says: lines(hello(), epoch(1).slice(0, 20), epoch(2), done()),
    ends: OK,
    warns: /line 2/,
  },
  'a byte-order mark': { says: `\uFEFF${lines(...WHOLE)}`, ends: OK },
  'a byte-order mark by itself': { says: `\uFEFF\n${lines(...WHOLE)}`, ends: OK },
  CRLF: { says: WHOLE.join('\r\n'), ends: OK },
  'empty lines and spaces': { says: `\n\n  ${WHOLE.join('  \n\n\t')}\n \n`, ends: OK },
  'UTF-8 cut between two writes': { says: lines(hello({ environment: { gpu: 'µ✓' } }), done()), ends: OK },
  'an environment text of 1,001 characters': {
    says: lines(hello({ environment: { gcc: 'x'.repeat(1001) } }), done()),
    ends: OK,
  },
  'an environment of numbers': {
    says: lines(hello({ environment: { cuda: 12.4, amp: true, ranks: [1, 2], none: null } }), done()),
    ends: OK,
  },
  'an environment name of 200 characters': {
    says: lines(hello({ environment: { ['x'.repeat(200)]: '1' } }), done()),
    ends: OK,
  },
  'an environment that is a list': {
    says: lines(hello({ environment: ['a'] }), done()),
    ends: OK,
    warns: /environment that is no object/,
  },
  'a second hello': {
    says: lines(hello(), epoch(1), hello(), epoch(2), epoch(3), done()),
    ends: OK,
    warns: /second `hello`/,
  },
  'a hello with a field of its own': { says: lines(hello({ rank: 0 }), done()), ends: OK, warns: /`rank`/ },
  'failed with 11,000 characters': {
    says: lines(hello(), event('failed', { kind: 'out-of-memory', message: 'x'.repeat(11_000) })),
    ends: 'out-of-memory',
  },
  'failed before hello': { says: lines(event('failed', { kind: 'device', message: 'no GPU' })), ends: 'device' },
  'failed of an unknown kind': {
    says: lines(hello(), event('failed', { kind: 'oops', message: 'x' })),
    ends: 'crash',
    warns: /"?oops"?/,
  },
  'failed without a message': { says: lines(hello(), event('failed', { kind: 'diverged' })), ends: 'diverged' },
  'a fraction above 1 by rounding': {
    says: lines(hello(), done({ minivalTop1: 1.0000001 })),
    ends: { minivalTop1: 1 },
    warns: /1\.0000001, taken for 1/,
  },
  'a fraction below 0 by rounding': {
    says: lines(hello(), ...epochs.slice(1), done({ minivalTop1: -1e-9 })),
    ends: { minivalTop1: 0 },
    warns: /taken for 0/,
  },
  'per cent in an epoch': { says: lines(hello(), epoch(1, { minivalTop1: 93.2 }), done()), ends: 'config' },
  'per cent in the result alone': { says: lines(hello(), done({ minivalTop1: 93.2 })), ends: 'crash' },
  'unknown fields in the result': {
    says: lines(...WHOLE.slice(0, -1), done({ note: 'best of 3', minivalTop5: 0.9 })),
    ends: OK,
    warns: /`note`, `minivalTop5`/,
  },
  'unknown fields in every epoch': {
    says: lines(hello(), ...[1, 2, 3].map((n) => epoch(n, { lr: 1 })), done()),
    ends: OK,
    warns: /`lr`/,
  },
  'a step of 3.5': {
    says: lines(hello(), event('progress', { step: 3.5 }), event('progress', { step: 4.5 }), done()),
    ends: OK,
    warns: /step 3\.5/,
  },
  'a progress without its step': {
    says: lines(hello(), event('progress', { loss: 1 }), done()),
    ends: OK,
    warns: /line 2/,
  },
  'an unknown event': {
    says: lines(hello(), event('log', { text: 'a' }), event('log', { text: 'b' }), done()),
    ends: OK,
    warns: /line 2.*"log/,
  },
  'an unknown event before hello': { says: lines(event('log', { text: 'a' }), hello(), done()), ends: OK },
  'an epoch without its learning rate': {
    says: lines(hello(), ...[1, 2, 3].map((n) => epoch(n, { learningRate: undefined })), done()),
    ends: OK,
  },
  'numbers as text': {
    says: lines(hello(), epoch(1, { step: '1', trainLoss: '2.5' }), done({ minivalTop1: '0.5' })),
    ends: OK,
  },
  'a field that is no number': {
    says: lines(hello(), epoch(1, { trainLoss: 'low' }), done({ stepMs: 'fast', weightsDigest: 7 })),
    ends: { ...OK, stepMs: null, weightsDigest: null },
  },
  'a result without its measure': { says: lines(hello(), ...epochs, event('done', { testTop1: 0.5 })), ends: 'crash' },
  'a step time of NaN': {
    says: lines(hello(), ...epochs, '{"type": "done", "minivalTop1": 0.5, "stepMs": NaN}'),
    ends: { ...OK, stepMs: null },
  },
  'a loss of NaN': { says: lines(hello(), '{"type": "progress", "step": 1, "loss": NaN}', done()), ends: 'diverged' },
  'a loss of "nan"': { says: lines(hello(), event('progress', { step: 1, loss: 'nan' }), done()), ends: 'diverged' },
  'numbers of its own': {
    says: lines(
      hello(),
      epoch(1),
      epoch(2),
      epoch(3, { metrics: { top5: 0.9, ema: 1 } }),
      done({ metrics: { top5: 0.93 } }),
    ),
    ends: { ...OK, metrics: { top5: 0.93, ema: 1 } },
  },
  'numbers of its own at its epochs alone': {
    says: lines(hello(), ...[1, 2, 3].map((n) => epoch(n, { metrics: { top5: n / 10 } })), done()),
    ends: { ...OK, metrics: { top5: 0.3 } },
  },
  'a number of its own that is NaN, and one that is none': {
    says: lines(
      hello(),
      ...epochs,
      '{"type": "done", "minivalTop1": 0.5, "metrics": {"emaLoss": NaN, "best": null, "f1": "0.8", "path": "a"}}',
    ),
    ends: { ...OK, metrics: { f1: 0.8 } },
    warns: /left out: no number in `emaLoss`, `path`/,
  },
  'numbers of its own in a list': {
    says: lines(hello(), ...epochs, done({ metrics: [1, 2] })),
    ends: OK,
    warns: /left out: it is no object: \[1,2\]/,
  },
  'a thousand numbers of its own': {
    says: lines(hello(), done({ metrics: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`m${i}`, i])) })),
    ends: OK,
    warns: /all beyond the first 100/,
  },
  'numbers of its own within each other': {
    says: lines(hello(), done({ metrics: { val: { top5: 0.9 }, top5: 0.9 } })),
    ends: { ...OK, metrics: { top5: 0.9 } },
    warns: /no number in `val`/,
  },
  'NaN in a field of its own': {
    says: lines(hello(), ...epochs, '{"type": "done", "minivalTop1": 0.5, "gradLoss": [NaN, -Infinity]}'),
    ends: OK,
    warns: /`gradLoss`/,
  },
  'NaN beside a text that speaks of NaN': {
    says: lines(hello(), ...epochs, '{"type": "done", "minivalTop1": 0.5, "stepMs": NaN, "note": "lost: NaN, once"}'),
    ends: { ...OK, stepMs: null },
    warns: /`note`/,
  },
  'UTF-16': { says: Buffer.from(lines(...WHOLE), 'utf16le'), ends: 'config' },
  'the version as text': { says: lines(event('hello', { v: '1' }), done()), ends: OK, warns: /`v` as text/ },
  'epochs sent again': {
    says: lines(hello(), epoch(1), epoch(1), epoch(2), epoch(3), epoch(3), done()),
    ends: OK,
    warns: /epoch 1, which/,
  },
  'an epoch too many': { says: lines(hello(), ...epochs, epoch(4), done()), ends: OK, warns: /epoch 4 of 3/ },
  'epochs left out': { says: lines(hello(), epoch(2), done()), ends: OK, warns: /expected epoch 1/ },
  'text of a library among the events': {
    says: lines(hello(), 'UserWarning: deprecated', ...epochs, 'bye', done()),
    ends: OK,
    warns: /UserWarning/,
  },
  'values that are no objects': { says: lines(hello(), '42', '[]', 'null', done()), ends: OK, warns: /line 2/ },
  'a checkpoint that is not there': {
    says: lines(hello(), event('checkpoint', { step: 1, file: 'a.pt' }), done()),
    ends: OK,
    warns: /a\.pt, got no such file/,
  },
  'a checkpoint out of its folder': {
    says: lines(hello(), event('checkpoint', { step: 1, file: '../a' }), done()),
    ends: OK,
    warns: /line 2/,
  },
  'no line breaks at all': { says: WHOLE.join(''), ends: OK },
  'two events in one line': { says: lines(hello(), `${epoch(1)} ${epoch(2)}`, `${epoch(3)}${done()}`), ends: OK },
  'events after the result': { says: lines(...WHOLE, 'bye', event('progress', { step: 1 })), ends: OK },
  'the result, and an exit code': { says: lines(...WHOLE), ends: OK, exit: 1 },
  'all epochs and no result': { says: lines(hello(), ...epochs), ends: 'crash' },
  'the result over several lines': {
    says: lines(hello(), ...epochs, JSON.stringify({ type: 'done', minivalTop1: 0.5 }, undefined, 2)),
    ends: 'crash',
  },
  'the result within another line': {
    says: lines(hello(), ...epochs, `{"type":"progress","st${done()}`),
    ends: 'crash',
  },
  'the result without hello': { says: lines(done()), ends: 'crash' },
};

function run({ says, exit = 0 }: Stream): Promise<ScriptEnd> {
  const folder = newFolder();
  const file = path.join(folder, 'stream');
  writeFileSync(file, says);
  return runScript({ folder, lines: [`cat '${file}' >&3`, `exit ${exit}`] });
}

describe('a stream of events with', () => {
  it.each(Object.entries(STREAMS))('%s', async (_name, stream) => {
    const { events, end, log } = await run(stream);
    if (typeof stream.ends === 'string') expect(end).toMatchObject({ type: 'failed', kind: stream.ends });
    else expect(end).toMatchObject({ type: 'done', result: stream.ends });
    const notes = events.flatMap((each) => (each.type === 'progress' && each.note !== undefined ? [each.note] : []));
    const { warns } = stream;
    if (warns !== undefined) {
      expect(notes.filter((note) => warns.test(note))).toHaveLength(1);
      expect(log).toMatch(warns);
    }
  });

  it('a result is done, or is tried again', () => {
    // A result in percent and one that cannot be read are as well: the training that it closes is not lost.
    const isFinished = ({ says }: Stream): boolean => /"type":\s*"done"|"epoch":3/.test(String(says));
    const isEarly = (name: string): boolean => /per cent in an epoch|^a loss of/.test(name);
    const lost = Object.entries(STREAMS).filter(
      ([name, stream]) =>
        isFinished(stream) && !isEarly(name) && typeof stream.ends === 'string' && stream.ends !== 'crash',
    );
    expect(lost).toEqual([]);
    expect(Object.keys(STREAMS).length).toBeGreaterThanOrEqual(40);
  });

  it('no learning rate has the one of the recipe', async () => {
    const { events } = await run(STREAMS['an epoch without its learning rate']!);
    const rates = events.flatMap((each) => (each.type === 'epoch' ? [each.metrics.learningRate] : []));
    expect(rates).toHaveLength(EPOCHS);
    expect(rates.every((rate) => Number.isFinite(rate) && rate >= 0)).toBe(true);
  });

  it('a long and a numeric environment keeps what fits, as text', async () => {
    const long = await run(STREAMS['an environment text of 1,001 characters']!);
    const numeric = await run(STREAMS['an environment of numbers']!);
    expect(long.events[0]).toMatchObject({ environment: { 'trainer.gcc': `${'x'.repeat(997)}...` } });
    expect(numeric.events[0]).toMatchObject({
      environment: { 'trainer.cuda': '12.4', 'trainer.amp': 'true', 'trainer.ranks': '[1,2]', 'trainer.none': 'null' },
    });
  });
});
