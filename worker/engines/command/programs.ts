/**
 * Which programs a worker may run as trainers. A trial names one and brings its arguments; which program
 * the name stands for is decided on this machine, by the user who starts the worker.
 */
import path from 'node:path';
import { z } from 'zod';
import { messageOf, ScalesweepError, trainerSpec } from '../../../contract/index.ts';

/** Holds the allowed programs as JSON: `{"NAME": PROGRAM}`, where PROGRAM is as after `--allow-command NAME=`. */
const COMMANDS_VARIABLE = 'SCALESWEEP_COMMANDS';

export interface AllowedProgram {
  /** The program, and the arguments that come before those of the trial. */
  readonly run: readonly string[];
  /** Longest time without an event, seconds. */
  readonly silenceSeconds: number;
  /** How long it may take to save its state when it is asked to stop, seconds. */
  readonly graceSeconds: number;
}

export type AllowedPrograms = Readonly<Record<string, AllowedProgram>>;

const run = z.array(z.string().min(1)).min(1);
const detailed = z.strictObject({
  run: z.union([
    z
      .string()
      .min(1)
      .transform((program) => [program]),
    run,
  ]),
  silenceSeconds: z.number().positive().default(600),
  // Less than the minute that the orchestrator gives a worker to hand back.
  graceSeconds: z.number().min(0).max(50).default(30),
});
const program = z.union([
  z
    .string()
    .min(1)
    .transform((text) => [text]),
  run,
  detailed,
]);
const programs = z.record(trainerSpec.shape.name, program);

/**
 * Programs that execute their arguments as code. Arguments come with the trial, so one of these alone would let anybody who can
 * hand out trials run any program.
 */
const INTERPRETER =
  /^(env|(ba|da|z|k|fi|tc)?sh|busybox|python[\d.]*|pypy[\d.]*|node(js)?|deno|bun|tsx|perl|ruby|lua|Rscript|julia|xargs|sudo|nohup|timeout|time|nice|ssh|docker|podman)$/;

export function isInterpreter(program: string): boolean {
  return INTERPRETER.test(path.basename(program));
}

/** @throws {ScalesweepError} USAGE for a form that is none, and for an interpreter without its script. */
function checked(name: string, given: z.infer<typeof program>): AllowedProgram {
  const allowed = Array.isArray(given) ? { run: given, silenceSeconds: 600, graceSeconds: 30 } : given;
  const [file, ...own] = allowed.run;
  if (isInterpreter(file!) && !own.some((argument) => !argument.startsWith('-'))) {
    throw new ScalesweepError(
      'USAGE',
      `Expected a trainer for the name ${name}, got ${file}, which would run a trial's arguments as code`,
      { hint: `Name its script as well: ${name}='["${file}", "train.py"]'` },
    );
  }
  return allowed;
}

const FORM =
  'NAME=PROGRAM, NAME=["PROGRAM", "ARGUMENT"] or NAME={"run": [...], "silenceSeconds": 600, "graceSeconds": 30}';

/** One `--allow-command`: a name and the program it stands for. */
export function parseAllowed(text: string): AllowedPrograms {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0)).trim();
  const value = text.slice(at + 1).trim();
  const refuse = (why: string): ScalesweepError =>
    new ScalesweepError('USAGE', `Expected ${FORM}, got '${text}'${why}`, {
      hint: 'A name has small letters, digits, dots and dashes. docs/trainers.md says what a trainer is.',
    });
  if (!trainerSpec.shape.name.safeParse(name).success || value === '') throw refuse('');
  let json: unknown = value;
  if (/^[[{]/.test(value)) {
    try {
      json = JSON.parse(value);
    } catch (error) {
      throw refuse(`: ${messageOf(error)}`);
    }
  }
  const parsed = program.safeParse(json);
  if (!parsed.success) throw refuse(`: ${z.prettifyError(parsed.error)}`);
  return { [name]: checked(name, parsed.data) };
}

/** What the environment allows. @throws {ScalesweepError} USAGE when the variable is not of its form. */
export function allowedInEnvironment(env: Readonly<Record<string, string | undefined>>): AllowedPrograms {
  const text = env[COMMANDS_VARIABLE];
  if (text === undefined || text === '') return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ScalesweepError('USAGE', `Expected JSON in ${COMMANDS_VARIABLE}, got: ${messageOf(error)}`);
  }
  const parsed = programs.safeParse(json);
  if (!parsed.success) throw new ScalesweepError('USAGE', `${COMMANDS_VARIABLE}: ${z.prettifyError(parsed.error)}`);
  return Object.fromEntries(Object.entries(parsed.data).map(([name, given]) => [name, checked(name, given)]));
}

/** How the allowed programs reach a worker's processes. */
export function commandsEnvironment(allowed: AllowedPrograms): Record<string, string> {
  return { [COMMANDS_VARIABLE]: JSON.stringify(allowed) };
}

/** @throws {ScalesweepError} DEVICE_UNAVAILABLE: another worker may have it. */
export function requireAllowed(allowed: AllowedPrograms, name: string): AllowedProgram {
  const found = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(allowed);
  throw new ScalesweepError(
    'DEVICE_UNAVAILABLE',
    `Expected a program that this machine allows as trainer ${name}, got ${names.length === 0 ? 'none allowed at all' : `only ${names.join(', ')}`}`,
    { hint: `Say which program it is: --allow-command ${name}=PROGRAM (or ${COMMANDS_VARIABLE}; docs/trainers.md).` },
  );
}
