import { TRAINER_ENV, TRAINER_PROTOCOL } from './protocol.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** For workers only: trainers do not inherit them, and the first is a secret. */
const WITHHELD = /^SCALESWEEP_(REDIS|COMMANDS|NOOP)/;

/** What a trainer inherits of the environment that it is started from. */
export function inherited(env: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !WITHHELD.test(name)));
}

/** The environment in which a trainer prints costs. */
export function costEnvironment(env: Environment): Record<string, string | undefined> {
  return { ...inherited(env), [TRAINER_ENV.cost]: '1', [TRAINER_ENV.protocol]: String(TRAINER_PROTOCOL) };
}
