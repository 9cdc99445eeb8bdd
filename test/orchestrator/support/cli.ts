import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../../contract/index.ts';

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
  /** So far. */
  readonly stderr: () => string;
}

/** Those that still run. */
export const started = new Set<ChildProcess>();

/** How node is told to run the command line: from the sources, so that no test runs what was built before the last change. */
const FROM_SOURCES = [
  '--import',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
  path.join(packageRoot(), 'orchestrator/cli.ts'),
];
/** Or from dist/, for scripts that build it first and start hundreds of processes. */
const FROM_DIST = [path.join(packageRoot(), 'dist/orchestrator/cli.js')];
let program = FROM_SOURCES;

export function startFromDist(): void {
  program = FROM_DIST;
}

export interface CliOptions {
  readonly cwd: string;
  /** Added to the environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A program and its arguments that starts the command line: in other namespaces, say. */
  readonly under?: readonly string[];
}

/** Starts the command line. */
export function startCli(args: readonly string[], { cwd, env, under = [] }: CliOptions): RunningCli {
  const [first, ...rest] = [...under, process.execPath, ...program, ...args];
  const child = spawn(first!, rest, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', SCALESWEEP_CALIBRATION: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  child.on('exit', () => started.delete(child));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const result = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    // `exit` and not `close`: workers of a killed orchestrator hold the pipes for another moment.
    child.on('exit', (code, signal) => setImmediate(() => resolve({ code, signal, stdout, stderr })));
  });
  return { child, result, stderr: () => stderr };
}

/** Runs the command line to its end. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const { child, result } = startCli(args, options);
  return new Promise((resolve, reject) => {
    child.on('close', () => resolve(result));
    child.on('error', reject);
  });
}
