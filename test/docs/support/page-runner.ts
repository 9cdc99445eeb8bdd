/** Runs the commands of a page as a reader would: in order, in one folder that looks like a checkout. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../../contract/index.ts';
import type { ShellBlock } from './shell-blocks.ts';

export interface Ran {
  readonly code: number | null;
  /** Both streams. */
  readonly output: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

/** Words of a page that stand for something of the reader's. */
type Substitutes = Readonly<Record<string, string>>;

export class PageRunner {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-page-'));
  readonly #running: Running[] = [];
  readonly #substitutes: Substitutes;

  private constructor(substitutes: Substitutes) {
    this.#substitutes = substitutes;
  }

  static async open(): Promise<PageRunner> {
    const runner = new PageRunner({
      '6379': String(await freePort()),
      'FIRST-MACHINE': 'localhost',
      // Of the engine that the grids here have.
      'scalesweep worker ': 'scalesweep worker --engine noop ',
    });
    makeCheckout(runner.folder);
    return runner;
  }

  /** Starts a block; what it exports, the next ones have. */
  start({ script }: ShellBlock): Running {
    const commands = Object.entries(this.#substitutes).reduce((text, [word, by]) => text.replaceAll(word, by), script);
    const exported = path.join(this.folder, '.exported');
    const child = spawn(
      'bash',
      ['-c', `set -eu\n[ ! -f "${exported}" ] || . "${exported}"\n${commands}\nexport -p > "${exported}"`],
      {
        cwd: this.folder,
        // Ends with all that it has started.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: environment(this.folder),
      },
    );
    const running = { child, ended: ended(child) };
    this.#running.push(running);
    return running;
  }

  /** Ends what is left, and removes the folder. */
  close(): void {
    for (const { child } of this.#running) signalGroup(child, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** To the whole group, as Ctrl-C in a terminal. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** What a shell started with `&` keeps its output open: the block has ended when its shell has. */
function ended(child: ChildProcess): Promise<Ran> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // A moment for what is still in the pipes.
    child.once('exit', (code) => setTimeout(() => resolve({ code, output }), 200));
  });
}

function environment(folder: string): NodeJS.ProcessEnv {
  const { PATH = '' } = process.env;
  return {
    PATH: `${path.join(folder, '.bin')}:${PATH}:/usr/sbin:/usr/local/bin`,
    HOME: folder,
    SCALESWEEP_CALIBRATION: 'off',
    SCALESWEEP_DATA: process.env['SCALESWEEP_DATA'] ?? path.join(os.homedir(), '.cache/scalesweep/datasets'),
  };
}

/** The folders that pages name; grids train nothing, so that minutes are seconds. */
function makeCheckout(folder: string): void {
  for (const name of ['results', 'examples', 'docs'])
    symlinkSync(path.join(packageRoot(), name), path.join(folder, name));
  mkdirSync(path.join(folder, 'grids/start'), { recursive: true });
  const grids = path.join(packageRoot(), 'grids');
  for (const name of readdirSync(grids, { recursive: true, encoding: 'utf8' }).filter((each) =>
    each.endsWith('.yaml'),
  )) {
    const text = readFileSync(path.join(grids, name), 'utf8');
    writeFileSync(path.join(folder, 'grids', name), /^engine:/m.test(text) ? text : `${text}engine: noop\n`);
  }
  mkdirSync(path.join(folder, '.bin'));
  const program = (name: string, script: string): void =>
    writeFileSync(path.join(folder, '.bin', name), `#!/bin/sh\nexec ${script}\n`, { mode: 0o755 });
  program('scalesweep', `"${process.execPath}" "${path.join(packageRoot(), 'dist/orchestrator/cli.js')}" "$@"`);
  // As in a checkout, where npx finds the program of the package itself.
  program('npx', '"$@"');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
