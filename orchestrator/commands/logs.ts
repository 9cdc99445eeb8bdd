import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EXIT, ScalesweepError } from '../../contract/index.ts';
import { trialLogFile } from '../../worker/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { readStore } from '../launch/store-access.ts';
import { checkpointFolder } from '../launch/train/checkpoint-folder.ts';

export interface LogsOptions extends StoreOptions {
  /** Of the end. @defaultValue all */
  readonly lines?: number;
}

/**
 * `scalesweep logs TRIAL`: what the trainer of a trial printed.
 *
 * @throws {ScalesweepError} NOT_FOUND where this machine has no log of it: the message says who has.
 */
export async function logs(prefix: string, options: LogsOptions, io: Io): Promise<number> {
  const { id, trial, attempts } = await readStore(options.db, (store) => store.trial(prefix));
  const file = trialLogFile(checkpointFolder(options.db), id);
  const files = [`${file}.1`, file].filter((name) => existsSync(name));
  if (files.length === 0) {
    const workers = [...new Set(attempts.map(({ worker }) => worker))];
    throw new ScalesweepError('NOT_FOUND', `Expected the log of trial ${id} in ${file}, got no file`, {
      hint:
        trial === null || trial.spec.engine.trainer === undefined
          ? `Only trainers of your own print into a log; scalesweep show ${id} says what the store knows.`
          : workers.length === 0
            ? 'The trial was not started yet.'
            : `It is on the machine that trained it (${workers.join(', ')}), in the folder of its checkpoints: ${path.basename(file)}.`,
    });
  }
  const text = files.map((name) => readFileSync(name, 'utf8')).join('');
  const lines = text.replace(/\n$/, '').split('\n');
  const shown = options.lines === undefined ? lines : lines.slice(-options.lines);
  if (options.json === true) printJson(io, { trial: id, files, lines: shown });
  else io.out(shown.join('\n'));
  return EXIT.done;
}
