import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeProgram } from '../../orchestrator/cli/program.ts';
import { fieldsOf, jsonExamples } from '../docs/support/json-page.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';
import { outputsOf, type Json } from '../docs/support/outputs.ts';

const EXAMPLES = jsonExamples();
/** Needs a Redis, and a signal to end it: `test/redis/command.test.ts` compares it. */
const COMPARED_ELSEWHERE = 'worker';

/** `plan`, `data fetch`. */
function commandNames(command: Command, lead = ''): string[] {
  if (command.commands.length === 0) return [`${lead}${command.name()}`];
  const inside = command.parent === null ? '' : `${lead}${command.name()} `;
  return command.commands.flatMap((sub) => commandNames(sub, inside));
}

describe('docs/json.md', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-test-'));
  let outputs: ReadonlyMap<string, Json | Json[]>;
  beforeAll(async () => {
    const data = path.join(folder, 'data');
    mkdirSync(data);
    vi.stubEnv('SCALESWEEP_DATA', data);
    outputs = await outputsOf(folder, data);
  }, STARTS_PROCESSES);
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has a section for every command', () => {
    const quiet = { out: () => {}, outBytes: () => {}, err: () => {}, screen: undefined, env: {}, colour: false };
    expect([...EXAMPLES.keys()].toSorted()).toEqual(commandNames(makeProgram(quiet, () => {})).toSorted());
  });

  it.each([...EXAMPLES])('has an example of %s', (_, example) => expect(fieldsOf(example)).not.toEqual([]));

  it.each([...EXAMPLES.keys()].filter((name) => name !== COMPARED_ELSEWHERE))('shows the fields of %s', (name) => {
    expect(fieldsOf(outputs.get(name))).toEqual(fieldsOf(EXAMPLES.get(name)));
  });
});
