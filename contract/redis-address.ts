import { ScalesweepError } from './errors.ts';
import { Secret } from './secret.ts';

/** Where Redis is, and who may enter. */
export interface RedisAddress {
  /** `redis://HOST:PORT/DB`, to be shown. */
  readonly place: string;
  readonly isTls: boolean;
  readonly host: string;
  /** @defaultValue 6379 */
  readonly port: number | undefined;
  /** Number of the database. */
  readonly db: number;
  /** A password that was written without a colon before it stands here. */
  readonly username: Secret | undefined;
  readonly password: Secret | undefined;
}

const HINT =
  'In a URL, write / as %2F, @ as %40, # as %23, ? as %3F and % as %25; or leave the password out of it and give it in SCALESWEEP_REDIS_PASSWORD, as it is.';
/** A place and no more: it may be repeated. */
const BARE = /^([a-z][a-z0-9+.-]*:\/\/)?[a-z0-9.-]+(:\d{1,5})?(\/\d*)?$/i;
const HOST = /^([\w.-]+|\[[0-9a-f:.]+\])$/i;

/**
 * Reads `redis://[user:password@]host[:port][/db][?password=...]`, `rediss://` for TLS.
 *
 * @throws {ScalesweepError} USAGE; the message repeats no part of the text that may belong to a password.
 */
export function parseRedisAddress(text: string): RedisAddress {
  // Line breaks and tabs are dropped by whoever reads URLs, also from a password.
  if (!/^rediss?:\/\//i.test(text) || /[\t\n\r]/.test(text)) throw unreadable(text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // What ends up behind the host by a character that was not encoded is none of these.
  if (url === undefined || !HOST.test(url.hostname) || !/^\/?\d{0,4}$/.test(url.pathname) || url.hash !== '')
    throw unreadable(text);
  const query = new Map(url.searchParams);
  const [given, db = url.pathname.replace('/', '')] = [query.get('password'), query.get('db')];
  query.delete('password');
  query.delete('db');
  if (query.size > 0 || !/^\d*$/.test(db)) throw unreadable(text);
  const [username, password] = [url.username, url.password].map((part) => secretOf(part, text));
  const scheme = url.protocol.toLowerCase();
  return {
    place: `${scheme}//${url.host}${Number(db) === 0 ? '' : `/${Number(db)}`}`,
    isTls: scheme === 'rediss:',
    host: url.hostname.replaceAll(/[[\]]/g, ''),
    port: url.port === '' ? undefined : Number(url.port),
    db: Number(db),
    username,
    password: password ?? (given === undefined || given === '' ? undefined : new Secret(given)),
  };
}

function secretOf(encoded: string, text: string): Secret | undefined {
  if (encoded === '') return undefined;
  try {
    return new Secret(decodeURIComponent(encoded));
  } catch {
    throw unreadable(text);
  }
}

function unreadable(text: string): ScalesweepError {
  const got = BARE.test(text) ? `'${text}'` : 'a text that is none';
  return new ScalesweepError('USAGE', `Expected redis://host:port or rediss://host:port, got ${got}`, {
    hint: HINT,
  });
}
