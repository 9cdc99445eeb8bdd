import { z } from 'zod';
import { messageOf, ScalesweepError } from '../../../contract/index.ts';

const faults = [
  /** Throws an error. */
  'throw',
  /** `process.exit(7)` in the middle of a trial. */
  'exit',
  /** SIGKILL, as a lost host looks from outside. */
  'kill',
  /** SIGSEGV, as native code dies. */
  'segfault',
  /** Never comes back, with the event loop blocked. */
  'hang',
  'nan',
  'out-of-memory',
  'config',
  'data',
  'device',
] as const;

/**
 * Behaviours of the noop engine, for tests and benchmarks. Given in the environment variable `SCALESWEEP_NOOP` as JSON, never in the
 * trial: a trial's id must not depend on how it is made to fail.
 */
const noopOptions = z.strictObject({
  /** Milliseconds before a trial says its first word, `started`. @defaultValue 0 */
  startMs: z.number().min(0).default(0),
  /** Milliseconds that a trial sleeps before it ends. @defaultValue 0 */
  sleepMs: z.number().min(0).default(0),
  /** Deterministic steps per epoch; 0 does nothing at all, at the speed of the path. @defaultValue 0 */
  stepsPerEpoch: z.int().min(0).default(0),
  /** Milliseconds per step. @defaultValue 0 */
  stepMs: z.number().min(0).default(0),
  /** Steps between checkpoints; the end of an epoch always makes one. @defaultValue 10 */
  checkpointEverySteps: z.int().min(1).default(10),
  /** A file that gets one line `trial step` per step executed: what was trained twice shows here. */
  traceFile: z.string().optional(),
  fault: z
    .strictObject({
      kind: z.enum(faults),
      /** One trial in so many, chosen by its id. @defaultValue 1 */
      every: z.int().min(1).default(1),
      /** Only where so many images or more are held at one time: out of memory, which a smaller micro-batch avoids. */
      fromImages: z.int().min(1).optional(),
      /** How often one trial misbehaves; counted in files of `markerDir`. @defaultValue always */
      times: z.int().min(1).optional(),
      markerDir: z.string().optional(),
    })
    .optional(),
});
export type NoopOptions = z.infer<typeof noopOptions>;
export type NoopFault = NonNullable<NoopOptions['fault']>;

/** @throws {ScalesweepError} USAGE when the variable is no JSON or not of the schema. */
export function noopOptionsFromEnvironment(environment: Readonly<Record<string, string | undefined>>): NoopOptions {
  const text = environment['SCALESWEEP_NOOP'];
  return parseOptions(text);
}

/** The path of a trial that does nothing. */
const NOTHING_SECONDS = 0.0005;
let timed: { readonly text: string | undefined; readonly options: NoopOptions } | undefined;

/**
 * How long a trial will take, by what the engine is told to do.
 *
 * @param text of `SCALESWEEP_NOOP`
 * @throws {ScalesweepError} USAGE when it is no JSON or not of the schema.
 */
export function noopSeconds(epochs: number, text: string | undefined): number {
  // Asked of every trial, and the variable hardly ever changes.
  if (timed === undefined || timed.text !== text) timed = { text, options: parseOptions(text) };
  const { startMs, sleepMs, stepsPerEpoch, stepMs } = timed.options;
  return NOTHING_SECONDS + (startMs + sleepMs + epochs * stepsPerEpoch * stepMs) / 1000;
}

function parseOptions(text: string | undefined): NoopOptions {
  if (text === undefined || text === '') return noopOptions.parse({});
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ScalesweepError('USAGE', `Expected JSON in SCALESWEEP_NOOP, got: ${messageOf(error)}`);
  }
  const parsed = noopOptions.safeParse(json);
  if (!parsed.success) throw new ScalesweepError('USAGE', `SCALESWEEP_NOOP: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
