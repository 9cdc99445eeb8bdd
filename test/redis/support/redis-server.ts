import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedisServer } from './find-redis.ts';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** A connection for the test's own questions; closed with the server. */
  readonly client: Redis;
  /** Ends the server as a power cut would. With `forget`, its files go too. */
  kill(options?: { forget?: boolean }): Promise<void>;
  /** Starts it again on the same port and files. */
  restart(): Promise<void>;
  /** Stops the process so that it answers nothing, and lets it go on. */
  pause(): void;
  unpause(): void;
  close(): Promise<void>;
}

export interface RedisOptions {
  /** Further words of the configuration. */
  readonly args?: readonly string[];
  /** For the client. */
  readonly client?: { readonly password?: string; readonly tls?: { readonly ca: string } };
  /** Instead of the plain port. */
  readonly isTls?: boolean;
}

/** Starts a Redis of the test's own: a free port, a folder of its own, append-only file as in production. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const program = await findRedisServer();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-redis-'));
  const port = await freePort();
  const ports = options.isTls === true ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)];
  const argv = [
    ...ports,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
  ];
  let child: ChildProcess;
  const start = (): void => {
    child = spawn(program, [...argv, '--maxmemory-policy', 'noeviction', ...(options.args ?? [])], { stdio: 'ignore' });
  };
  start();
  const client = new Redis({
    port,
    host: '127.0.0.1',
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
    ...options.client,
  });
  client.on('error', () => undefined);
  await client.ping();
  const ended = (): Promise<void> =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => child.once('exit', () => resolve()));
  return {
    url: `${options.isTls === true ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    port,
    client,
    kill: async ({ forget = false } = {}) => {
      child.kill('SIGKILL');
      await ended();
      if (forget)
        for (const name of ['appendonlydir', 'dump.rdb'])
          rmSync(path.join(folder, name), { recursive: true, force: true });
    },
    restart: async () => {
      start();
      await client.ping();
    },
    pause: () => void child.kill('SIGSTOP'),
    unpause: () => void child.kill('SIGCONT'),
    close: async () => {
      client.disconnect();
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await ended();
      // The append-only file may still be in the hands of a writer for a moment.
      for (let n = 0; n < 20; n++) {
        try {
          rmSync(folder, { recursive: true, force: true });
          return;
        } catch {
          await sleep(50);
        }
      }
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
