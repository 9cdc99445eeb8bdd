import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Redis, type RedisOptions } from 'ioredis';
import {
  messageOf,
  parseRedisAddress,
  ScalesweepError,
  Secret,
  systemError,
  type RedisAddress,
} from '../../contract/index.ts';
import { checkRedis } from './check-redis.ts';
import { redisReason } from './redis-reason.ts';

interface ConnectOptions {
  /** Called when the connection is lost and when it is back, with a line for the log. */
  readonly onNotice: (text: string) => void;
  /** @defaultValue process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How long the first connection may take, ms. @defaultValue 10 s */
  readonly timeoutMs?: number;
}

/** Between two tries to reconnect, ms: grows to the second value. */
const RETRY_MS = [100, 2000] as const;
/** Without an answer for this long, it is said what is waited for, ms. */
const TELL_MS = 2000;

/**
 * Connects to `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. The password may stand in
 * `SCALESWEEP_REDIS_PASSWORD` instead, where no list of processes shows it; `SCALESWEEP_REDIS_CA` names a file with the
 * authority that signed the server's certificate. No error, message or dump of the connection holds the password.
 *
 * A connection that is lost later is taken up again for as long as it takes, and commands wait for it.
 *
 * @throws {ScalesweepError} USAGE for another URL; REDIS_UNAVAILABLE when there is no answer, a refusal, or a server that cannot carry
 * a sweep ({@link checkRedis}).
 */
export async function connectRedis(where: string | RedisAddress, options: ConnectOptions): Promise<Redis> {
  const { onNotice, timeoutMs = 10_000 } = options;
  const address = typeof where === 'string' ? parseRedisAddress(where) : where;
  const redis = masked(new Redis(connectionOptions(address, options.env ?? process.env)), address);
  let lastError: Error | undefined;
  let isUp = false;
  redis.on('error', (error: Error) => {
    lastError = withoutCommand(error);
  });
  // Not `close`: that comes when we leave, too.
  redis.on('reconnecting', () => {
    if (isUp) onNotice(`Redis at ${address.place} is gone${lastError ? ` (${lastError.message})` : ''}; trying again`);
    isUp = false;
  });
  redis.on('ready', () => {
    if (lastError !== undefined && !isUp) onNotice(`Redis at ${address.place} is there`);
    lastError = undefined;
    isUp = true;
  });
  const telling = setTimeout(() => {
    const reason = lastError === undefined ? '' : ` (${lastError.message})`;
    onNotice(`Redis at ${address.place} does not answer${reason}: waiting up to ${Math.round(timeoutMs / 1000)} s`);
  }, TELL_MS);
  try {
    await firstAnswer(redis, () => lastError, timeoutMs);
    clearTimeout(telling);
    await checkRedis(redis, address, onNotice);
  } catch (error) {
    redis.disconnect();
    throw unavailable(address, error);
  } finally {
    clearTimeout(telling);
  }
  return redis;
}

/** Another connection of the same kind, for commands that block. The caller ends it. */
export function duplicateRedis(redis: Redis): Redis {
  const copy = redis.duplicate();
  // The first connection tells; this one shares its fate.
  copy.on('error', () => undefined);
  return copy;
}

function connectionOptions(
  { host, port, db, username, password, isTls }: RedisAddress,
  env: Readonly<Record<string, string | undefined>>,
): Omit<RedisOptions, 'replyMapping'> {
  const given = env['SCALESWEEP_REDIS_PASSWORD'];
  const secret = password ?? (given === undefined || given === '' ? undefined : new Secret(given));
  const ca = env['SCALESWEEP_REDIS_CA'];
  return {
    host,
    ...(port === undefined ? {} : { port }),
    db,
    ...(username === undefined ? {} : { username: username.reveal() }),
    ...(secret === undefined ? {} : { password: secret.reveal() }),
    ...(isTls ? { tls: ca === undefined || ca === '' ? {} : { ca: readAuthority(ca) } } : {}),
    // BullMQ demands it, and so do we: a command waits for Redis to come back instead of failing.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(RETRY_MS[0] * 2 ** (times - 1), RETRY_MS[1]),
    // A half-open connection (a cut network) is noticed by its silence: heartbeats and ticks never pause this long.
    socketTimeout: 20_000,
  };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw systemError(error, `read ${file}, which SCALESWEEP_REDIS_CA names`) ?? error;
  }
}

/** The connection must keep the password, to connect again, and shows the place alone. */
function masked(redis: Redis, address: RedisAddress): Redis {
  const show = (): string => `Redis at ${address.place}`;
  return Object.defineProperties(redis, { [inspect.custom]: { value: show }, toJSON: { value: show } });
}

/** An error of `AUTH` carries the command, and so the password. */
function withoutCommand<E>(error: E): E {
  if (error instanceof Error) Reflect.deleteProperty(error, 'command');
  return error;
}

/** A refusal ends the wait at once; a server that is not there (yet) is waited for. */
async function firstAnswer(redis: Redis, lastError: () => Error | undefined, timeoutMs: number): Promise<void> {
  const answered = redis.ping();
  answered.catch(() => undefined);
  let check: NodeJS.Timeout | undefined;
  const refused = new Promise<never>((_resolve, reject) => {
    const end = performance.now() + timeoutMs;
    check = setInterval(() => {
      const error = lastError();
      if (error !== undefined && isRefusal(error)) reject(error);
      else if (performance.now() > end) reject(error ?? new Error('no answer'));
    }, 20);
  });
  try {
    await Promise.race([answered, refused]);
  } finally {
    clearInterval(check);
  }
}

/** Waiting does not help with these: a wrong password, a certificate that is not trusted, a name that is not known. */
function isRefusal(error: Error): boolean {
  return /NOAUTH|WRONGPASS|NOPERM|certificate|self.signed|ENOTFOUND|wrong version number|packet length|AUTH.*without any password|DB index/i.test(
    error.message,
  );
}

function unavailable(address: RedisAddress, error: unknown): ScalesweepError {
  if (error instanceof ScalesweepError) return error;
  const { text, hint } = redisReason(withoutCommand(error));
  return new ScalesweepError('REDIS_UNAVAILABLE', `Expected Redis at ${address.place}, got ${text}`, {
    hint: hint ?? hintOf(messageOf(error)),
    cause: error,
  });
}

function hintOf(reason: string): string {
  if (/certificate|self.signed/i.test(reason))
    return 'Name the file with the signing authority in SCALESWEEP_REDIS_CA.';
  if (/AUTH.*without any password/i.test(reason)) return 'This Redis has no password: leave it out.';
  return 'Is Redis running there, and may this machine reach it? docs/cluster.md says how to set it up.';
}
