import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseRedisAddress, Secret, withoutSecrets } from '../../contract/index.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import fc from '../support/property.ts';

/** Two marks with all that is special in URLs around and between them: neither may come out. */
const MARKS = ['Zq7Zq', 'x9Kx9'] as const;
const special = fc.string({ unit: fc.constantFrom(...`/@#?%:&=;+[] \\'"~!aZ0é`.split('')), maxLength: 4 });
const password = fc.tuple(special, special, special).map(([a, b, c]) => `${a}${MARKS[0]}${b}${MARKS[1]}${c}`);
const urls = (text: string): string[] => [
  `redis://:${text}@localhost:6379`,
  `rediss://user:${text}@localhost:6379/1`,
  `redis://${text}@localhost`,
  `redis://user:12${text}@localhost`,
  `redis://localhost:6379/?password=${text}`,
  `redis://localhost?password=${text}&db=1`,
  `redis://localhost/${text}`,
  `http://:${text}@localhost`,
];

function expectNoMark(text: string): void {
  for (const mark of MARKS) expect(text).not.toContain(mark);
}

/** All that can be seen of a value. */
const seen = (value: unknown): string =>
  [
    inspect(value, { depth: 9, showHidden: true, getters: true }),
    JSON.stringify(value),
    `${(value as Error).message} ${(value as Error).stack}`,
  ].join('\n');

describe('the address of Redis', () => {
  it.each([
    ['redis://localhost', 'redis://localhost', { host: 'localhost', port: undefined, db: 0, isTls: false }],
    ['rediss://[::1]:7000/3', 'rediss://[::1]:7000/3', { host: '::1', port: 7000, db: 3, isTls: true }],
    ['redis://user:pw@10.0.0.1:6379', 'redis://10.0.0.1:6379', { host: '10.0.0.1', port: 6379 }],
  ])('reads %s', (text, place, parts) => {
    expect(parseRedisAddress(text)).toMatchObject({ place, ...parts });
  });

  it.each([
    ['redis://:p@ss@host', 'p@ss'],
    ['redis://:p%2Fss@host', 'p/ss'],
    ['redis://:50%25off@host', '50%off'],
    ['redis://host?password=p@ss', 'p@ss'],
  ])('finds the password in %s', (text, expected) => {
    expect(parseRedisAddress(text).password?.reveal()).toBe(expected);
  });

  it.each([
    'redis://:p/ss@host',
    'redis://:50%off@host',
    'redis://user:12/ss@host',
    'redis://:p#ss@host',
    'redis://:p?ss@host',
  ])('says of %s how a password is written, without repeating it', (text) => {
    expect(() => parseRedisAddress(text)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'Expected redis://host:port or rediss://host:port, got a text that is none',
        hint: expect.stringMatching(/%2F.*SCALESWEEP_REDIS_PASSWORD/) as string,
      }) as Error,
    );
  });

  it('repeats a text that is a place and no more', () => {
    expect(() => parseRedisAddress('localhost:6379')).toThrow("got 'localhost:6379'");
  });

  it('takes back every password that is encoded', () => {
    fc.assert(
      fc.property(password, (text) => {
        expect(parseRedisAddress(`redis://:${encodeURIComponent(text)}@h`).password?.reveal()).toBe(text);
      }),
    );
  });

  it('shows nothing of a password, wherever it stands and however it is written', () => {
    fc.assert(
      fc.property(password, (text) => {
        for (const url of urls(text)) {
          try {
            expectNoMark(seen(parseRedisAddress(url)));
          } catch (error) {
            expectNoMark(seen(error));
          }
        }
      }),
    );
  });

  it('shows nothing of it in what the command line answers to a slip', async () => {
    for (const text of fc.sample(password, 12)) {
      for (const url of urls(text).slice(0, 2)) {
        for (const args of [
          ['worker', `--redsi=${url}`],
          ['worker', '--redis'],
          ['worker', url],
          [url],
          ['run', 'no-such.yaml', `--redis=${url}`],
        ])
          expectNoMark(Object.values(await invoke(...args)).join('\n'));
      }
    }
  });
});

describe('a secret', () => {
  it('is stars in text, JSON and dumps', () => {
    const secret = new Secret('sesame');
    expect([secret.toString(), JSON.stringify({ secret }), inspect({ secret }, { showHidden: true })].join()).toBe(
      '****,{"secret":"****"},{ secret: **** }',
    );
    expect(secret.reveal()).toBe('sesame');
  });
});

describe('a message without secrets', () => {
  it.each([
    ["unknown option '--redsi=redis://:p/s@s@host:1'", "unknown option '--redsi=****@host:1'"],
    ["unknown command 'redis://h?password=x y'", "unknown command 'redis://h?password=****'"],
    ["unknown option '--max-flop'", "unknown option '--max-flop'"],
  ])('%s', (text, shown) => expect(withoutSecrets(text)).toBe(shown));
});
