import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeNotice } from '../../../worker/remote/notice.ts';
import { execAll, redisReason } from '../../../worker/remote/redis-reason.ts';

const OOM = new Error("OOM command not allowed when used memory > 'maxmemory'.");
const MISCONF = new Error(
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
);

describe('a notice', () => {
  let said: string[];
  beforeEach(() => {
    vi.useFakeTimers();
    said = [];
  });
  afterEach(() => void vi.useRealTimers());
  const make = (): ReturnType<typeof makeNotice> =>
    makeNotice({ log: (text) => void said.push(text), failing: 'Not now', again: 'Again' });

  it('comes once each way, however often it fails, and also when it works in between', () => {
    const notice = make();
    for (let n = 0; n < 400; n++) {
      notice.failed(OOM);
      vi.advanceTimersByTime(250);
      notice.worked();
      vi.advanceTimersByTime(250);
    }
    vi.advanceTimersByTime(5000);
    expect(said).toEqual([
      expect.stringMatching(/^Not now: a server whose memory is full \(OOM .*\)\. Raise its maxmemory/),
      'Again',
    ]);
    for (let n = 0; n < 9; n++) notice.worked();
    vi.advanceTimersByTime(60_000);
    expect(said).toHaveLength(2);
  });

  it('names another cause, and the same one when it comes back later', () => {
    const notice = make();
    for (const error of [OOM, MISCONF, OOM]) notice.failed(error);
    notice.worked();
    vi.advanceTimersByTime(5000);
    notice.failed(OOM);
    expect(said.map((text) => /OOM|MISCONF|Again/.exec(text)![0])).toEqual(['OOM', 'MISCONF', 'Again', 'OOM']);
  });

  it('says nothing of what always works', () => {
    make().worked();
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([]);
  });
});

describe('what Redis answered', () => {
  it.each([
    ["READONLY You can't write against a read only replica.", 'READONLY'],
    ['ERR Error running script (call to f_ab): @user_script:1: -OOM command not allowed', 'OOM'],
    ["NOPERM this user has no permissions to run the 'eval' command", 'NOPERM'],
    ["ERR The user executing the script can't run this command or subcommand script: 6a", 'NOPERM'],
    ['ERR ACL failure in script: The user executing the script has no permissions', 'NOPERM'],
    ['ERR wrong number of arguments', 'ERR wrong number of arguments'],
  ])('%s', (message, code) => expect(redisReason(new Error(message)).code).toBe(code));

  it('of a transaction is the refusal of a command in it', () => {
    const error = Object.assign(new Error('EXECABORT Transaction discarded'), { previousErrors: [OOM] });
    expect(redisReason(error).code).toBe('OOM');
  });

  it('to a command of a transaction is thrown', async () => {
    await expect(
      execAll({
        exec: () =>
          Promise.resolve([
            [null, 1],
            [OOM, null],
          ]),
      }),
    ).rejects.toBe(OOM);
    await execAll({ exec: () => Promise.resolve([[null, 1]]) });
  });
});
