/** Child processes for tests that kill: run from source by tsx, ended after the test also when it failed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach } from 'vitest';

const children: ChildProcess[] = [];
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the line once the child has printed one that starts with `text`; rejects when it ends before. */
  line(text: string): Promise<string>;
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>;
}

/** Runs test/results/support/`script` with arguments. */
export function startChild(script: string, ...args: string[]): Child {
  const child = spawn(process.execPath, ['--import', tsx, path.join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const find = (text: string): string | undefined => printed.split('\n').find((each) => each.startsWith(text));
  return {
    process: child,
    line: async (text) => {
      for (;;) {
        const found = find(text);
        if (found !== undefined) return found;
        const isOver = await Promise.race([
          ended.then(() => true),
          new Promise<boolean>((resolve) => child.stdout.once('data', () => resolve(false))),
        ]);
        if (isOver && find(text) === undefined) throw new Error(`The child ended without printing ${text}: ${printed}`);
      }
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
