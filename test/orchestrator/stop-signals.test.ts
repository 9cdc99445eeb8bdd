import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listenForStop, type StopSignals } from '../../orchestrator/launch/train/stop-signals.ts';

/** Sends signals at given milliseconds; returns whether the program stops and whether it hurries. */
function after(
  signals: readonly (readonly [number, string])[],
  hasTerminal = true,
): { stops: boolean; hurries: boolean } {
  const source = new EventEmitter();
  let clock = 0;
  let hurries = false;
  const stop: StopSignals = listenForStop({
    onHurry: () => (hurries = true),
    source,
    hasTerminal,
    now: () => clock,
  });
  for (const [at, name] of signals) {
    clock = at;
    source.emit(name, name);
  }
  expect(stop.hurried).toBe(hurries);
  stop.release();
  expect(source.eventNames()).toEqual([]);
  return { stops: stop.signal.aborted, hurries };
}

describe('signals that ask for an end', () => {
  it.each([
    ['one Ctrl-C saves', [[0, 'SIGINT']], false],
    [
      'a second at once is the same request',
      [
        [0, 'SIGINT'],
        [50, 'SIGINT'],
        [300, 'SIGINT'],
      ],
      false,
    ],
    [
      'a separate one is a hurry',
      [
        [0, 'SIGINT'],
        [1500, 'SIGINT'],
      ],
      true,
    ],
    [
      'npm sends SIGINT and SIGTERM',
      [
        [0, 'SIGINT'],
        [100, 'SIGTERM'],
      ],
      false,
    ],
    [
      'a scheduler sends SIGTERM again and again',
      [
        [0, 'SIGTERM'],
        [5000, 'SIGTERM'],
        [30_000, 'SIGTERM'],
      ],
      false,
    ],
    [
      'a closing terminal sends SIGHUP and SIGTERM',
      [
        [0, 'SIGHUP'],
        [2000, 'SIGTERM'],
        [4000, 'SIGHUP'],
      ],
      false,
    ],
    [
      'a Ctrl-C long after a SIGTERM is a hurry',
      [
        [0, 'SIGTERM'],
        [5000, 'SIGINT'],
      ],
      true,
    ],
  ] as const)('%s', (_name, signals, hurries) => {
    expect(after(signals)).toEqual({ stops: true, hurries });
  });

  it('a hang-up changes nothing where no terminal is attached, as under nohup', () => {
    expect(
      after(
        [
          [0, 'SIGHUP'],
          [2000, 'SIGHUP'],
        ],
        false,
      ),
    ).toEqual({ stops: false, hurries: false });
    expect(
      after(
        [
          [0, 'SIGHUP'],
          [2000, 'SIGTERM'],
        ],
        false,
      ),
    ).toEqual({ stops: true, hurries: false });
  });
});
