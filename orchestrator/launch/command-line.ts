/** Command lines that are shown to be typed: with the options that they need. */
import type { RedisAddress } from '../../contract/index.ts';
import type { SweepRecord } from '../../results/index.ts';
import { DEFAULT_DB } from '../cli/shared-options.ts';

/** Options that the next command needs as well as this one. */
export interface GivenOptions {
  readonly db: string;
  readonly devices?: readonly string[];
  readonly redis?: RedisAddress;
  readonly allowCommand?: readonly string[];
}

/** `scalesweep resume ID`, with what it needs of the options that were given. */
export function resumeCommand({ id, facts }: Pick<SweepRecord, 'id' | 'facts'>, given: GivenOptions): string {
  const { devices, redis, allowCommand = [] } = given;
  const trainer = facts?.engine.trainer?.name;
  // What the environment allows, it allows again.
  const isMissing = allowCommand.length === 0 && redis === undefined && !('SCALESWEEP_COMMANDS' in process.env);
  const allowed = trainer !== undefined && isMissing ? [`${trainer}=PROGRAM`] : allowCommand;
  return withDb(
    [
      `scalesweep resume ${id}`,
      ...(devices === undefined ? [] : [`--devices ${devices.join(',')}`]),
      ...(redis === undefined ? [] : [`--redis ${shellWord(placeOf(redis))}`]),
      ...allowOptions(allowed),
    ].join(' '),
    given,
  );
}

/** `scalesweep retry ID`. */
export function retryCommand({ id }: Pick<SweepRecord, 'id'>, given: Pick<GivenOptions, 'db'>): string {
  return withDb(`scalesweep retry ${id}`, given);
}

export function allowOptions(allowCommand: readonly string[] = []): string[] {
  return allowCommand.map((text) => `--allow-command ${shellWord(text)}`);
}

function withDb(line: string, { db }: Pick<GivenOptions, 'db'>): string {
  return db === DEFAULT_DB ? line : `${line} --db ${shellWord(db)}`;
}

/** A password is not repeated; where it belongs is. */
function placeOf({ place, username, password }: RedisAddress): string {
  if (password === undefined) return place;
  return place.replace('://', `://${username === undefined ? '' : 'USER'}:PASSWORD@`);
}

/** As a shell reads it. */
export function shellWord(text: string): string {
  return /^[\w./:=@,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
