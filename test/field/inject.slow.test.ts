import { expect, it } from 'vitest';
import { startFromDist } from '../orchestrator/support/cli.ts';
import { drawFailures } from './inject/draw-failures.ts';

/** Each draw runs a command, and often another to see what is left; two at a time. */
const RUNS_A_HUNDRED_COMMANDS = 20 * 60_000;

it(
  'one system call that fails ends no command as a bug, hangs none, loses nothing and makes no word untrue',
  async () => {
    startFromDist();
    expect(await drawFailures({ count: 100, seed: 20 })).toEqual([]);
  },
  RUNS_A_HUNDRED_COMMANDS,
);
