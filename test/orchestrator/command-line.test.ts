import { afterEach, describe, expect, it, vi } from 'vitest';
import { ENGINE_NUMERICS, parseRedisAddress, type EngineSpec } from '../../contract/index.ts';
import { DEFAULT_DB } from '../../orchestrator/cli/shared-options.ts';
import { resumeCommand, retryCommand } from '../../orchestrator/launch/command-line.ts';

const sweepOf = (engine: EngineSpec) => ({ id: 'd228eeacb375', facts: { engine, dataset: 'fashion-mnist' } });
const own = sweepOf({
  name: 'command',
  numerics: ENGINE_NUMERICS.command,
  trainer: { name: 'mine', arguments: [] },
});
const built = sweepOf({ name: 'onnx', numerics: ENGINE_NUMERICS.onnx });

describe('the command that resumes a sweep', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('is as short as it can be', () =>
    expect(resumeCommand(built, { db: DEFAULT_DB })).toBe('scalesweep resume d228eeacb375'));

  it('repeats the options that it needs', () => {
    const allowCommand = ['mine=["python3", "train.py"]', 'other=./b.sh'];
    expect(resumeCommand(own, { db: 'my results.db', allowCommand, devices: ['cuda:0', 'cuda:1'] })).toBe(
      `scalesweep resume d228eeacb375 --devices cuda:0,cuda:1 --allow-command 'mine=["python3", "train.py"]' --allow-command other=./b.sh --db 'my results.db'`,
    );
  });

  it('names the option that a trainer needs where it was not given', () =>
    expect(resumeCommand(own, { db: DEFAULT_DB })).toBe('scalesweep resume d228eeacb375 --allow-command mine=PROGRAM'));

  it('does not where the environment allows it', () => {
    vi.stubEnv('SCALESWEEP_COMMANDS', '{"mine": "./train.sh"}');
    expect(resumeCommand(own, { db: DEFAULT_DB })).toBe('scalesweep resume d228eeacb375');
  });

  it.each([
    ['redis://localhost:6379', 'redis://localhost:6379'],
    ['redis://:secret@host:6379/2', 'redis://:PASSWORD@host:6379/2'],
    ['rediss://me:secret@host', 'rediss://USER:PASSWORD@host'],
  ])('has the place of %s and no password', (url, shown) => {
    const line = resumeCommand(own, { db: DEFAULT_DB, redis: parseRedisAddress(url) });
    expect(line).toBe(`scalesweep resume d228eeacb375 --redis ${shown}`);
  });

  it('quotes for a shell', () =>
    expect(retryCommand(own, { db: "it's.db" })).toBe(String.raw`scalesweep retry d228eeacb375 --db 'it'\''s.db'`));
});
