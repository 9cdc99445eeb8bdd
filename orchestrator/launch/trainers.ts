/** Which programs the command line allows as trainers, for the engine `command`. */
import { accessSync, constants } from 'node:fs';
import { ScalesweepError, type TrainerSpec } from '../../contract/index.ts';
import {
  allowedInEnvironment,
  commandsEnvironment,
  parseAllowed,
  requireAllowed,
  type AllowedPrograms,
} from '../../worker/index.ts';

export interface TrainerOptions {
  /** As they were written: `NAME=PROGRAM`. */
  readonly allowCommand?: readonly string[];
}

/**
 * Those of the environment, and of the flags above them.
 *
 * @throws {ScalesweepError} USAGE for one of a wrong form, or a program that is not there.
 */
export function allowedTrainers({ allowCommand = [] }: TrainerOptions): AllowedPrograms {
  const allowed: AllowedPrograms = Object.assign(
    {},
    allowedInEnvironment(process.env),
    ...allowCommand.map((text) => parseAllowed(text)),
  );
  for (const [name, { run }] of Object.entries(allowed)) requireExecutable(name, run[0]!);
  return allowed;
}

/** Names without a slash are looked for in PATH when they are started. */
function requireExecutable(name: string, file: string): void {
  if (!file.includes('/')) return;
  try {
    accessSync(file, constants.X_OK);
  } catch {
    throw new ScalesweepError('USAGE', `Expected a program that can be executed for the trainer ${name}, got ${file}`, {
      hint: `chmod +x ${file}, or name its interpreter: --allow-command '${name}=["python3", "${file}"]'`,
    });
  }
}

/**
 * For a sweep that is trained on this machine.
 *
 * @throws {ScalesweepError} DEVICE_UNAVAILABLE when it needs a trainer that is not allowed here.
 */
export function requireTrainer(trainer: TrainerSpec | undefined, options: TrainerOptions): void {
  if (trainer !== undefined) requireAllowed(allowedTrainers(options), trainer.name);
}

/** What worker processes need in their environment. */
export function trainerEnvironment(options: TrainerOptions): Record<string, string> {
  const allowed = allowedTrainers(options);
  return Object.keys(allowed).length === 0 ? {} : commandsEnvironment(allowed);
}
