import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { messageOf, ScalesweepError, type RedisAddress } from '../../contract/index.ts';
import { execAll, redisReason, type RedisReason } from './redis-reason.ts';
import { KEY_PREFIX } from './wire.ts';

/** What a probe leaves behind goes by itself, ms. */
const EXPIRE_MS = 10_000;
/** For what was not written because that was refused. */
const WAIT_SECONDS = 0.01;
/** `LPOP` takes several at a time since then. */
const OLDEST = [6, 2] as const;

/** Causes that pass by themselves: a sweep waits for their end, and taking out results is what may end them. */
const PASSING: ReadonlySet<string> = new Set(['OOM', 'MISCONF', 'LOADING', 'BUSY']);

/**
 * Tries what a sweep needs of Redis: that it is a single server that takes writes, a version that is new enough, and that the user may use its
 * keys, its commands and scripts.
 *
 * @throws {ScalesweepError} REDIS_UNAVAILABLE with the cause. A server that takes nothing for a while (memory full, disk full) is no error:
 * that is said, and the sweep waits.
 */
export async function checkRedis(redis: Redis, address: RedisAddress, onNotice: (text: string) => void): Promise<void> {
  const refuse = (text: string, hint: string, cause?: unknown): never => {
    const options = cause === undefined ? { hint } : { hint, cause };
    throw new ScalesweepError(
      'REDIS_UNAVAILABLE',
      `Expected Redis at ${address.place} to carry a sweep, got ${text}`,
      options,
    );
  };
  // Some hosted servers and users may not say: then the probes tell.
  const info = parseInfo(await redis.info().catch(() => ''));
  const facts = impossible(info);
  if (facts !== undefined) refuse(facts.text, facts.hint ?? '');
  const refused = await firstRefused(redis);
  if (refused !== undefined) {
    const { code, text, hint } = refused.reason;
    if (!PASSING.has(code))
      refuse(
        `${text}${code === 'NOPERM' ? '' : ` at ${refused.command}`}`,
        hint ?? 'docs/cluster.md says what it needs.',
      );
    onNotice(`Redis at ${address.place} takes nothing just now, got ${text}: waiting for it. ${hint ?? ''}`.trimEnd());
  }
  const policy = info.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction' && info.get('maxmemory') !== '0')
    onNotice(
      `Redis at ${address.place} may throw away trials and results when its memory is full (maxmemory-policy ${policy}), and they are trained ` +
        'again: redis-cli CONFIG SET maxmemory-policy noeviction',
    );
}

function parseInfo(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const match = /^(\w+):(.*?)\r?$/.exec(line);
      return match === null ? [] : [[match[1]!, match[2]!] as const];
    }),
  );
}

/** What the server says of itself that no sweep can live with. */
function impossible(info: ReadonlyMap<string, string>): Omit<RedisReason, 'code'> | undefined {
  if (info.get('redis_mode') === 'sentinel')
    return { text: 'a Sentinel', hint: 'Name the server that it watches: redis-cli -p PORT SENTINEL masters.' };
  if (info.get('cluster_enabled') === '1')
    return { text: 'a node of a cluster', hint: 'Name a single server: queues cannot be spread over a cluster.' };
  const version = /^(\d+)\.(\d+)/.exec(info.get('redis_version') ?? '');
  if (version !== null) {
    const [major, minor] = [Number(version[1]), Number(version[2])];
    if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
      return { text: `version ${version[0]}`, hint: `Install Redis ${OLDEST.join('.')} or later.` };
  }
  return undefined;
}

interface Refused {
  readonly command: string;
  readonly reason: RedisReason;
}

/** Sends one command of each kind that workers, orchestrators and the queue use, on a key of its own. */
async function firstRefused(redis: Redis): Promise<Refused | undefined> {
  const key = `${KEY_PREFIX}:probe:${randomBytes(6).toString('hex')}`;
  const commands: readonly (readonly [string, ...(string | number)[]])[] = [
    ['set', `${key}:a`, 1, 'PX', EXPIRE_MS],
    ['mget', `${key}:a`],
    ['rpush', `${key}:b`, 1, 2],
    ['lpush', `${key}:b`, 0],
    ['ltrim', `${key}:b`, 0, 9],
    ['blpop', `${key}:b`, WAIT_SECONDS],
    ['lpop', `${key}:b`, 9],
    ['sadd', `${key}:c`, 1],
    ['smembers', `${key}:c`],
    ['srem', `${key}:c`, 1],
    ['hset', `${key}:d`, 'x', 1],
    ['hget', `${key}:d`, 'x'],
    ['hstrlen', `${key}:d`, 'x'],
    ['zadd', `${key}:e`, 1, 'x'],
    ['bzpopmin', `${key}:e`, WAIT_SECONDS],
    ['pexpire', `${key}:d`, EXPIRE_MS],
    ['get', `${key}:a`],
    // The queue keeps its books in scripts, over several keys.
    [
      'eval',
      "redis.call('SET', KEYS[1], 1) redis.call('XADD', KEYS[2], '*', 'x', 1) return 1",
      2,
      `${key}:a`,
      `${key}:f`,
    ],
    ['unlink', ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${key}:${name}`)],
  ];
  const results = (await redis.pipeline(commands.map((command) => [...command])).exec()) ?? [];
  for (const [index, [error]] of results.entries()) {
    const command = commands[index]![0];
    if (error !== null) return { command: command.toUpperCase(), reason: reasonOf(error, command) };
  }
  try {
    await execAll(redis.multi().get(key));
    return undefined;
  } catch (error) {
    return { command: 'MULTI', reason: reasonOf(error, 'multi') };
  }
}

/** The user's own words for a refusal that has no code. */
function reasonOf(error: unknown, command: string): RedisReason {
  const reason = redisReason(error);
  if (!/unknown command/i.test(reason.text)) return reason;
  return {
    code: reason.code,
    text: `a server that does not know ${command.toUpperCase()} (${messageOf(error)})`,
    hint: 'Is the command renamed or disabled in redis.conf? Name a Redis that has it.',
  };
}
