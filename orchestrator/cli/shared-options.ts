import { Option, type Command } from 'commander';

export interface JsonOption {
  readonly json?: boolean;
}
export interface StoreOptions extends JsonOption {
  readonly db: string;
}

/** `path.join` on purpose avoided: it is shown in the help as users would type it. */
export const DEFAULT_DB = '.scalesweep/results.db';

export function withJson(command: Command): Command {
  return command.addOption(new Option('--json', 'one JSON document on standard output'));
}

/** Options of the commands under which trainers are run. */
export function withTrainers(command: Command): Command {
  const gather = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
  return command.addOption(
    new Option(
      '--allow-command <name=program>',
      'let trials of the engine `command` run this program under this name; may be repeated [SCALESWEEP_COMMANDS]',
    ).argParser(gather),
  );
}

export function withStore(command: Command): Command {
  return withJson(command.addOption(new Option('--db <file>', 'the results store').default(DEFAULT_DB)));
}
