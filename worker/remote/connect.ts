import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';
import { messageOf, ScalesweepError } from '../../contract/index.ts';

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

/**
 * Connects to `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. The password may stand in
 * `SCALESWEEP_REDIS_PASSWORD` instead, where no list of processes shows it; `SCALESWEEP_REDIS_CA` names a file with the
 * authority that signed the server's certificate.
 *
 * A connection that is lost later is taken up again for as long as it takes, and commands wait for it.
 *
 * @throws {ScalesweepError} USAGE for another URL, REDIS_UNAVAILABLE when there is no answer, or a refusal.
 */
export async function connectRedis(url: string, options: ConnectOptions): Promise<Redis> {
  const redis = new Redis(url, connectionOptions(url, options.env ?? process.env));
  let lastError: Error | undefined;
  let isUp = false;
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  // Not `close`: that comes when we leave, too.
  redis.on('reconnecting', () => {
    if (isUp)
      options.onNotice(
        `Redis at ${withoutPassword(url)} is gone${lastError ? ` (${lastError.message})` : ''}; trying again`,
      );
    isUp = false;
  });
  redis.on('ready', () => {
    if (lastError !== undefined && !isUp) options.onNotice(`Redis at ${withoutPassword(url)} is there`);
    lastError = undefined;
    isUp = true;
  });
  try {
    await firstAnswer(redis, () => lastError, options.timeoutMs ?? 10_000);
  } catch (error) {
    redis.disconnect();
    throw unavailable(url, error);
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
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): Omit<RedisOptions, 'replyMapping'> {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new ScalesweepError(
      'USAGE',
      `Expected redis://host:port or rediss://host:port, got '${withoutPassword(url)}'`,
    );
  }
  const { password, protocol } = new URL(url);
  const secret = env['SCALESWEEP_REDIS_PASSWORD'];
  const ca = env['SCALESWEEP_REDIS_CA'];
  return {
    // BullMQ demands it, and so do we: a command waits for Redis to come back instead of failing.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(RETRY_MS[0] * 2 ** (times - 1), RETRY_MS[1]),
    // A half-open connection (a cut network) is noticed by its silence: heartbeats and ticks never pause this long.
    socketTimeout: 20_000,
    ...(password === '' && secret !== undefined && secret !== '' ? { password: secret } : {}),
    ...(protocol === 'rediss:' && ca !== undefined && ca !== '' ? { tls: { ca: readFileSync(ca, 'utf8') } } : {}),
  };
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
  return /NOAUTH|WRONGPASS|NOPERM|certificate|self.signed|ENOTFOUND|wrong version number|packet length/i.test(
    error.message,
  );
}

function unavailable(url: string, error: unknown): ScalesweepError {
  const reason = messageOf(error);
  const hint = /NOAUTH|WRONGPASS|AUTH/i.test(reason)
    ? 'Give the password in SCALESWEEP_REDIS_PASSWORD, or as redis://:PASSWORD@HOST:PORT.'
    : /certificate|self.signed/i.test(reason)
      ? 'Name the file with the signing authority in SCALESWEEP_REDIS_CA.'
      : 'Is Redis running there, and may this machine reach it? docs/cluster.md says how to set it up.';
  return new ScalesweepError(
    'REDIS_UNAVAILABLE',
    `Expected Redis at ${withoutPassword(url)}, got ${reason || 'no answer'}`,
    {
      hint,
      cause: error,
    },
  );
}

/** A URL that may be shown. */
function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
