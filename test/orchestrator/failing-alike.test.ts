import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../../contract/index.ts';
import { causeOf, makeAlikeFailures, type AlikeFailures } from '../../orchestrator/sweep/failing-alike.ts';

const failed = (
  alike: AlikeFailures,
  trial: string,
  message = 'no',
  kind: FailureKind = 'crash',
  worker = 'w',
): { trials: number; workers: number } => alike.failed({ trial, kind, message }, worker);

describe('the cause of a failure', () => {
  it.each([
    [
      'the folder and the trial that it names',
      "The trainer exited with code 1: KeyError: 'width' (What it printed is in a/checkpoints/e043075432502dda.log)",
      "The trainer exited with code 1: KeyError: 'width' (What it printed is in b/c/059bcd58ce05ecfe.log)",
    ],
    [
      'a number that was measured',
      'expected `minivalTop1` to be a fraction of 1, got 93.2: write 0.932 for 93.2 %',
      'expected `minivalTop1` to be a fraction of 1, got 91.75: write 0.9175 for 91.75 %',
    ],
    [
      'the text and the place of a line',
      'in line 1, got "epoch 1: loss 2.31": no JSON',
      'in line 12, got "epoch 2: \\"loss\\" 1.9": no JSON',
    ],
    ['an address', 'TypeError: <object at 0x7f01a2b3>', 'TypeError: <object at 0x7f99ffff>'],
    ['what follows its first line', 'RuntimeError: no kernel\n  at a', 'RuntimeError: no kernel\n  at b'],
  ])('is the same whatever %s', (_what, one, other) => expect(causeOf('crash', one)).toBe(causeOf('crash', other)));

  it.each([
    ['the error', "KeyError: 'width'", "KeyError: 'depth'"],
    ['what was asked', 'no layers for depth 50', 'no layers for depth 34'],
    ['the exit code', 'The trainer exited with code 1', 'The trainer exited with code 2'],
  ])('is another where %s is another', (_what, one, other) =>
    expect(causeOf('crash', one)).not.toBe(causeOf('crash', other)),
  );

  it('is another where the kind is another', () => expect(causeOf('crash', 'no')).not.toBe(causeOf('config', 'no')));
});

describe('failures that are alike', () => {
  it('are counted by trial, not by attempt', () => {
    const alike = makeAlikeFailures(false);
    expect(['a', 'a', 'a', 'b'].map((trial) => failed(alike, trial).trials)).toEqual([1, 1, 1, 2]);
  });

  it('are counted by worker, too', () => {
    const alike = makeAlikeFailures(false);
    const workers = ['w', 'w', 'v'].map((worker, i) => failed(alike, String(i), 'no', 'crash', worker).workers);
    expect(workers).toEqual([1, 1, 2]);
  });

  it('are not told by the death of a worker, which may be the machine’s doing', () => {
    const alike = makeAlikeFailures(false);
    expect(alike.failed({ trial: 'a', kind: 'crash', message: 'no', isDeath: true }, 'w').trials).toBe(0);
  });

  it('are counted by cause', () => {
    const alike = makeAlikeFailures(false);
    expect(['no', 'never', 'no'].map((why, i) => failed(alike, String(i), why, 'config').trials)).toEqual([1, 1, 2]);
  });

  it.each([
    ['a trial is done', (alike: AlikeFailures) => alike.done(), false],
    ['one was done before', () => undefined, true],
  ])('are the trials’ own once %s', (_what, act, hasDone) => {
    const alike = makeAlikeFailures(hasDone);
    act(alike);
    expect(failed(alike, 'a').trials).toBe(0);
  });

  it.each(['diverged', 'out-of-memory', 'host-lost', 'interrupted', 'data', 'device'] as const)(
    'are not told by %s, which depends on the cell or the machine',
    (kind) => expect(failed(makeAlikeFailures(false), 'a', 'no', kind).trials).toBe(0),
  );
});
