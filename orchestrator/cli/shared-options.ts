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

export function withStore(command: Command): Command {
  return withJson(command.addOption(new Option('--db <file>', 'the results store').default(DEFAULT_DB)));
}
