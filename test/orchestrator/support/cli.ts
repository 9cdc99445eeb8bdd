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

/** Starts the command line from the sources. `env` is added to the environment. */
export function startCli(
  args: readonly string[],
  options: { cwd: string; env?: Readonly<Record<string, string>> },
): RunningCli {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = spawn(process.execPath, ['--import', tsx, path.join(packageRoot(), 'orchestrator/cli.ts'), ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
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
export function runCli(
  args: readonly string[],
  options: { cwd: string; env?: Readonly<Record<string, string>> },
): Promise<CliResult> {
  const { child, result } = startCli(args, options);
  return new Promise((resolve, reject) => {
    child.on('close', () => resolve(result));
    child.on('error', reject);
  });
}
