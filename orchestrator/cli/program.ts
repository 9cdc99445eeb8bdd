import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { packageRoot, withoutSecrets } from '../../contract/index.ts';
import type { Act } from './act.ts';
import { declareAnswers } from './declare-answers.ts';
import { declareCluster } from './declare-cluster.ts';
import { declareMachine } from './declare-machine.ts';
import { declarePlanning } from './declare-planning.ts';
import { declareSweeps } from './declare-sweeps.ts';
import type { Io } from './io.ts';

/** The program with all its commands. Throws `CommanderError` for usage mistakes, after printing the message. */
export function makeProgram(io: Io, onExitCode: (code: number) => void): Command {
  const program = new Command('scalesweep')
    .description('How should a vision model be scaled: wider, deeper, at a higher resolution, or trained for longer?')
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      // A mistyped option is repeated, with the URL behind it.
      writeErr: (text) => io.err(withoutSecrets(text.trimEnd())),
    })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showSuggestionAfterError();
  const act: Act = async (command) => onExitCode(await command());
  declarePlanning(program, io, act);
  declareSweeps(program, io, act);
  declareCluster(program, io, act);
  declareAnswers(program, io, act);
  declareMachine(program, io, act);
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 a bug, 2 a usage error, 3 trials failed, 4 the store is newer than the program,\n130 interrupted (state saved).',
  );
  return program;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
