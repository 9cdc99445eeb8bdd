import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectRedis, type Serving } from '../../worker/remote/index.ts';
import { noopGrid } from '../orchestrator/chaos/grids.ts';
import { runCli } from '../orchestrator/support/cli.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import fc from '../support/property.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';
import { freePort, startRedis, type RedisOptions, type TestRedis } from './support/redis-server.ts';
import { behave, startSweep, startWorker } from './support/sweep-harness.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const servers: TestRedis[] = [];
const workers: Serving[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
  for (const server of servers.splice(0)) await server.close();
  delete process.env['SCALESWEEP_NOOP'];
});
const start = async (options: RedisOptions = {}): Promise<TestRedis> => {
  const server = await startRedis(options);
  servers.push(server);
  return server;
};

/** The error that a connection ends with, or what was said on the way to it. */
async function connect(url: string, said: string[] = []): Promise<unknown> {
  try {
    const redis = await connectRedis(url, { onNotice: (text) => void said.push(text), env: {} });
    redis.disconnect();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Commands that the documented rule for a user of its own allows. */
const RULE = ['~scalesweep:*', '&*', '+@all', '-@dangerous', '+info'];

describe('a Redis that cannot carry a sweep', () => {
  const newFolder = useFolders();
  useCli();

  it('a replica is named by run and worker, which end', async () => {
    const primary = await start();
    const replica = await start({ args: ['--replicaof', '127.0.0.1', String(primary.port)] });
    const folder = newFolder();
    writeFileSync(path.join(folder, 'grid.yaml'), noopGrid({ trials: 2, epochs: 1 }));
    for (const args of [
      ['run', 'grid.yaml'],
      ['worker', '--engine', 'noop'],
    ]) {
      const { code, stderr } = await runCli([...args, '--redis', replica.url], { cwd: folder });
      expect(stderr).toMatch(
        /^error: Expected Redis at redis:.* to carry a sweep, got a replica, which takes no writes \(READONLY/m,
      );
      expect(stderr).toMatch(/^hint: Name the server that it copies from/m);
      expect(code).toBe(2);
    }
  });

  it('a node of a cluster', async () => {
    const node = await start({ args: ['--cluster-enabled', 'yes'] });
    expect(await connect(node.url)).toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      message: expect.stringMatching(/got a node of a cluster$/) as string,
    });
  });

  it.each([
    ['scripts', ['~*', '&*', '+@all', '-@scripting'], /got a refusal to this user \(NOPERM.*eval/],
    ['writes', ['~*', '&*', '+@read', '+@connection', '+info'], /got a refusal to this user \(NOPERM.*set/],
    ['its keys', ['~other:*', '&*', '+@all'], /got a refusal to this user \(NOPERM.*key/],
    ['streams in scripts', ['~*', '&*', '+@all', '-xadd'], /got a refusal to this user \(.*script/],
  ])('a user without %s', async (_what, rule, message) => {
    const redis = await start();
    await redis.client.call('ACL', 'SETUSER', 'joe', 'on', '>p/s@s', ...rule);
    expect(await connect(`redis://joe:p%2Fs%40s@127.0.0.1:${redis.port}`)).toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(/ACL SETUSER/) as string,
    });
  });

  it('a user by the rule of the hint trains a sweep', async () => {
    behave({});
    const redis = await start();
    await redis.client.call('ACL', 'SETUSER', 'joe', 'on', '>p/s@s', ...RULE);
    const error = await connect(`redis://nobody:x@127.0.0.1:${redis.port}`);
    expect(error).toMatchObject({ message: expect.stringMatching(/knows no such user and password/) as string });
    const folder = newFolder();
    workers.push(await startWorker({ folder, redis: `redis://joe:p%2Fs%40s@127.0.0.1:${redis.port}` }));
    const { store, outcome } = startSweep({ folder, redis, trials: 3 });
    await expect(outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 3 } });
    store.close();
  });

  it('says that one which throws keys away may cost trials', async () => {
    const redis = await start({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
    const said: string[] = [];
    expect(await connect(redis.url, said)).toBeUndefined();
    expect(said).toEqual([
      expect.stringMatching(/maxmemory-policy allkeys-lru.*CONFIG SET maxmemory-policy noeviction/),
    ]);
  });

  it('says what it waits for where nobody answers', async () => {
    const said: string[] = [];
    const port = await freePort();
    await expect(
      connectRedis(`redis://127.0.0.1:${port}`, { onNotice: (text) => void said.push(text), env: {}, timeoutMs: 2500 }),
    ).rejects.toThrow(/ECONNREFUSED/);
    expect(said).toEqual([expect.stringMatching(/does not answer \(.*ECONNREFUSED.*: waiting up to 3 s/)]);
  });
});

describe('a Redis that takes nothing for a while', () => {
  const newFolder = useFolders();

  const becomes: [string, (redis: TestRedis) => Promise<unknown>, (redis: TestRedis) => Promise<unknown>, RegExp][] = [
    [
      'full',
      ({ client }) => client.config('SET', 'maxmemory', '1'),
      ({ client }) => client.config('SET', 'maxmemory', '0'),
      /memory is full \(OOM/,
    ],
    [
      'a replica',
      ({ client }) => client.call('REPLICAOF', '127.0.0.1', '1'),
      ({ client }) => client.call('REPLICAOF', 'NO', 'ONE'),
      /replica/,
    ],
    [
      'unable to save',
      async ({ client }) => {
        const [, dir] = (await client.config('GET', 'dir')) as [string, string];
        // A folder where the file has to be.
        mkdirSync(path.join(dir, 'dump.rdb'), { recursive: true });
        writeFileSync(path.join(dir, 'dump.rdb', 'x'), '');
        await client.config('SET', 'save', '3600 1');
        await client.bgsave();
        await waitUntil('it has failed', async () =>
          (await client.info('persistence')).includes('rdb_last_bgsave_status:err'),
        );
      },
      ({ client }) => client.config('SET', 'stop-writes-on-bgsave-error', 'no'),
      /cannot save to its own disk \(MISCONF/,
    ],
  ];
  it.each(becomes)('%s: it is told once each way, and the sweep continues', async (_what, spoil, restore, cause) => {
    behave({ stepsPerEpoch: 10, stepMs: 20 });
    const redis = await start();
    const home = newFolder();
    const [orchestrator, worker]: [string[], string[]] = [[], []];
    workers.push(await startWorker({ folder: home, redis: redis.url, log: (text) => void worker.push(text) }));
    let done = 0;
    const { store, outcome } = startSweep({
      folder: home,
      redis,
      trials: 12,
      log: (text) => void orchestrator.push(text),
      watch: ({ type }) => {
        if (type === 'done') done++;
      },
    });
    await waitUntil('it trains', () => done > 2);
    await spoil(redis);
    await waitUntil('both have noticed', () =>
      [orchestrator, worker].every((lines) => lines.some((line) => cause.test(line))),
    );
    // Long enough for dozens of tries.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const during = [orchestrator.length, worker.length];
    await restore(redis);
    await expect(outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 12, failed: 0 } });
    for (const [lines, count] of [
      [orchestrator, during[0]],
      [worker, during[1]],
    ] as const) {
      const troubles = lines.filter((line) => cause.test(line)).map((line) => line.split(':', 1)[0]);
      expect(new Set(troubles).size, lines.join('\n')).toBe(troubles.length);
      expect(count, lines.join('\n')).toBeLessThan(9);
    }
    store.close();
  });

  it('is waited for at the start', async () => {
    const redis = await start();
    await redis.client.config('SET', 'maxmemory', '1');
    const said: string[] = [];
    expect(await connect(redis.url, said)).toBeUndefined();
    expect(said).toEqual([expect.stringMatching(/takes nothing just now, got a server whose memory is full/)]);
  });
});

describe('the password of a real server', () => {
  it('is in no error and in no dump of a connection', async () => {
    const redis = await start({ args: ['--requirepass', 'right'], client: { password: 'right' } });
    const place = `127.0.0.1:${redis.port}`;
    for (const text of fc.sample(fc.string({ unit: fc.constantFrom(...'/@#?%:&= ab'.split('')), maxLength: 4 }), 8)) {
      const secret = `${text}Zq7Zq${text}`;
      const error = await connect(`redis://:${encodeURIComponent(secret)}@${place}`);
      expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE' });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('Zq7Zq');
    }
    const connection = await connectRedis(`redis://:right@${place}`, { onNotice: () => undefined, env: {} });
    expect(`${inspect({ connection }, { depth: 9 })} ${JSON.stringify({ connection })}`).not.toContain('right');
    connection.disconnect();
  });
});
