import { chmodSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { makeCommandEngine } from '../../../../worker/engines/command/index.ts';
import { useFolders } from '../../../orchestrator/support/folders.ts';
import { waitUntil } from '../../../orchestrator/support/wait-until.ts';
import { runInProcess } from '../in-process.ts';
import {
  DONE,
  HELLO,
  processesWith,
  runScript,
  trialFor,
  writeScript,
  type ScriptEnd,
  type ScriptRun,
} from './script.ts';
import { STARTS_PROCESSES } from '../../../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const newFolder = useFolders();

const run = (lines: readonly string[], options: Partial<ScriptRun> = {}): Promise<ScriptEnd> =>
  runScript({ folder: newFolder(), lines, ...options });

describe('a trainer that', () => {
  it('writes garbage instead of its first event is ended at once, and the line is shown', async () => {
    const { end, left } = await run(['echo "epoch 1: loss 2.3" >&3', 'sleep 1000']);
    expect(end).toMatchObject({ type: 'failed', kind: 'config' });
    expect(end).toMatchObject({ message: expect.stringMatching(/in line 1, got "epoch 1: loss 2.3"/) });
    expect(left).toEqual([]);
  });

  it('writes bytes without end where events belong is ended', async () => {
    const { end, left } = await run([HELLO, `yes | tr -d '\\n' >&3`]);
    expect(end).toMatchObject({ kind: 'config', message: expect.stringMatching(/more than 1048576 bytes/) });
    expect(left).toEqual([]);
  });

  it('prints more than anybody reads fills two megabytes of log and no more', async () => {
    const flood = 'head -c 20000000 /dev/zero | tr "\\0" x';
    const { end, logBytes } = await run([HELLO, flood, 'echo the end >&2', DONE]);
    expect(end).toMatchObject({ type: 'done' });
    expect(logBytes).toBeLessThanOrEqual(2 << 20);
    expect(logBytes).toBeGreaterThan(1 << 19);
  });

  it.each([
    ['at all', []],
    ['after its first event', [HELLO]],
  ])('gives no event %s is ended in time, and its log named', async (_when, opening) => {
    const { end, left } = await run([...opening, 'echo waiting', 'sleep 1000'], { program: { silenceSeconds: 1 } });
    expect(end).toMatchObject({ type: 'failed', kind: 'crash' });
    expect(end).toMatchObject({
      message: expect.stringMatching(/at least every 1 s, got none.*\.log; "silenceSeconds"/),
    });
    expect(left).toEqual([]);
  });

  it('ignores SIGTERM is killed after its grace, at no cost to the trial', async () => {
    const { end, left } = await run(["trap '' TERM", HELLO, 'while :; do sleep 0.1; done'], {
      stopAt: 'started',
      program: { graceSeconds: 0.5 },
    });
    expect(end).toMatchObject({ kind: 'interrupted', message: 'Stopped and killed; it resumes from step 0' });
    expect(left).toEqual([]);
  });

  it('starts others, in its group and out of it, takes them along', async () => {
    const { end, left } = await run([
      HELLO,
      'sleep 1000 &',
      'setsid sleep 1000 &',
      '(setsid sh -c "sleep 1000") &',
      DONE,
    ]);
    expect(end).toMatchObject({ type: 'done' });
    expect(left).toEqual([]);
  });

  it('ends well but without a result fails, and is told what is missing', async () => {
    const { end } = await run([HELLO, 'exit 0']);
    expect(end).toMatchObject({ type: 'failed', kind: 'config' });
    expect(end).toMatchObject({ message: expect.stringMatching(/`done` or `failed` before it ends, got exit code 0/) });
  });

  it('gives its result and does not end is ended, and its result is taken', async () => {
    const { end, left } = await run([HELLO, DONE, 'sleep 1000'], { program: { graceSeconds: 0.5 } });
    expect(end).toMatchObject({ type: 'done', result: { minivalTop1: 0.5 } });
    expect(left).toEqual([]);
  });

  it('fails by an exit code is a crash, with its last words', async () => {
    const { end, log } = await run([HELLO, 'echo on its way', 'echo "ValueError: no such layer" >&2', 'exit 3']);
    expect(end).toMatchObject({ type: 'failed', kind: 'crash' });
    expect(end).toMatchObject({
      message: expect.stringMatching(/exited with code 3: ValueError: no such layer.*\.log/s),
    });
    expect(log).toContain('on its way');
  });

  it('is killed by someone costs the trial nothing', async () => {
    const { end } = await run([HELLO, 'kill -KILL $$']);
    expect(end).toMatchObject({ kind: 'host-lost', message: expect.stringMatching(/killed by SIGKILL/) });
  });

  it.each([
    'MemoryError',
    'RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB',
    "RuntimeError: [enforce fail at alloc_cpu.cpp:66] DefaultCPUAllocator: can't allocate memory",
  ])('ends with %s is out of memory', async (text) => {
    const { end } = await run([HELLO, `echo "${text}" >&2`, 'exit 1']);
    expect(end).toMatchObject({ kind: 'out-of-memory' });
  });

  it.each(['diverged', 'out-of-memory', 'config', 'data', 'device', 'crash'])(
    'tells of %s is believed',
    async (kind) => {
      const { end } = await run([
        HELLO,
        `echo '{"type":"failed","kind":"${kind}","message":"so it is"}' >&3`,
        'exit 1',
      ]);
      expect(end).toMatchObject({ type: 'failed', kind, message: 'so it is' });
    },
  );

  it.each([
    [
      'does not say hello first',
      [`echo '{"type":"progress","step":1}' >&3`],
      /`hello` as its first event, got `progress`/,
    ],
    [
      'gives percents',
      [HELLO, `echo '{"type":"epoch","epoch":1,"step":5,"minivalTop1":93.2}' >&3`, DONE],
      /`minivalTop1` to be a fraction of 1, got 93\.2: write 0\.932 for 93\.2 %/,
    ],
    [
      'counts epochs from 0',
      [HELLO, `echo '{"type":"epoch","epoch":0,"step":5}' >&3`, DONE],
      /epochs to be counted from 1, got epoch 0/,
    ],
    ['resumes from nowhere', [`echo '{"type":"hello","v":1,"resumedFromStep":7}' >&3`], /none, got 7/],
    ['speaks another version', [`echo '{"type":"hello","v":2}' >&3`], /line 1.*v: /],
  ])('%s is told so', async (_what, lines, message) => {
    const { end } = await run(lines);
    expect(end).toMatchObject({ kind: 'config', message: expect.stringMatching(message) });
  });
});

describe('an exit that comes from outside', () => {
  it.each([
    [129, 'SIGHUP'],
    [130, 'SIGINT'],
    [138, 'SIGUSR1'],
    [143, 'SIGTERM'],
  ])('with code %i costs the trial nothing', async (code, signal) => {
    const { end } = await run([HELLO, `exit ${code}`]);
    expect(end).toMatchObject({
      kind: 'host-lost',
      message: expect.stringMatching(new RegExp(`killed by ${signal} .exit code ${code}`)),
    });
  });

  it.each([3, 134, 139, 141, 200])('is not meant by code %i', async (code) => {
    const { end } = await run([HELLO, `exit ${code}`]);
    expect(end).toMatchObject({ kind: 'crash', message: expect.stringContaining(`exited with code ${code}`) });
  });
});

describe('a launcher that closes descriptor 3', () => {
  it.each([
    ['and a trainer that ends with an error', ['exec 3>&-', 'set -e', HELLO, DONE]],
    ['and a trainer that continues', ['exec 3>&-', HELLO, DONE]],
    ['and a trainer that says nothing', ['exec 3>/dev/null', HELLO, DONE]],
    ['and Python', [`exec 3>&-; python3 -c 'import os; os.fdopen(3, "w")'`]],
  ])('%s is named at the first failure, with the ways', async (_what, lines) => {
    const { end } = await run(lines);
    // Handed back: the trial is not to blame, and another machine may have it.
    expect(end).toMatchObject({
      kind: 'device',
      message: expect.stringMatching(/pass_fds=\[3\].*SCALESWEEP_EVENTS/),
    });
  });
});

describe('a trainer that writes to the named pipe', () => {
  const TO_PIPE = [HELLO, DONE].map((line) => line.replace('>&3', '>"$SCALESWEEP_EVENTS"'));

  it.each([
    ['though its descriptor is closed', ['exec 3>&-', ...TO_PIPE]],
    ['late', ['sleep 0.5', ...TO_PIPE]],
    ['and to the descriptor', [HELLO, TO_PIPE[1]!]],
    ['more than a pipe holds', [HELLO, 'head -c 300000 /dev/zero | tr "\\0" "\\n" >"$SCALESWEEP_EVENTS"', TO_PIPE[1]!]],
  ])('%s is heard', async (_how, lines) => {
    const { end, left } = await run(lines);
    expect(end).toMatchObject({ type: 'done', result: { minivalTop1: 0.5 } });
    expect(left).toEqual([]);
  });

  it('leaves no pipe behind', async () => {
    const folder = newFolder();
    const { log } = await runScript({ folder, lines: [HELLO, 'ls -l "$SCALESWEEP_EVENTS"', DONE] });
    expect(log).toMatch(/^prw-------.*\/events$/m);
    expect(readdirSync(path.join(folder, 'checkpoints')).filter((name) => !name.endsWith('.log'))).toEqual([]);
  });
});

describe('the engine command', () => {
  it('names the mend for a program that cannot be started', async () => {
    const folder = newFolder();
    chmodSync(writeScript(folder, [HELLO]), 0o644);
    const engine = makeCommandEngine({
      allowed: { script: { run: [path.join(folder, 'trainer.sh')], silenceSeconds: 1, graceSeconds: 1 } },
    });
    const context = { device: 'cpu', threads: 1, emit: () => undefined, signal: AbortSignal.timeout(60_000) };
    const checkpoints = { folder: path.join(folder, 'trial'), load: () => ({ checkpoint: undefined, passedOver: [] }) };
    await expect(engine.run(trialFor(), { ...context, checkpoints: checkpoints as never })).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      hint: expect.stringMatching(/may it be executed/),
    });
  });

  it('passes arguments on as they are, and none of the worker’s secrets', async () => {
    process.env['SCALESWEEP_REDIS_PASSWORD'] = 'secret';
    try {
      const args = ['$(exit 1)', "'; exit 1 #", '{device}-{threads}', '{other}', ''];
      const { log } = await run([HELLO, `printf '<%s>' "$@"`, 'env', DONE], { args });
      expect(log).toContain(`<$(exit 1)><'; exit 1 #><cpu-1><{other}><>`);
      expect(log).toMatch(/^SCALESWEEP_TRIAL=/m);
      expect(log).not.toContain('secret');
    } finally {
      delete process.env['SCALESWEEP_REDIS_PASSWORD'];
    }
  });

  it('leaves no process behind when its worker is killed', async () => {
    const folder = newFolder();
    const script = writeScript(folder, ['setsid sleep 1000 &', 'sleep 1000 &', HELLO, 'while :; do sleep 1; done']);
    const env = { TEST_MARK: folder, SCALESWEEP_COMMANDS: JSON.stringify({ script }) };
    let started = 0;
    const { cause } = await runInProcess({
      trial: trialFor(),
      attempt: 1,
      device: 'cpu',
      checkpointDir: path.join(folder, 'checkpoints'),
      env,
      killAt: 'started',
      beforeKill: () => (started = processesWith(`TEST_MARK=${folder}`).length),
    });
    expect(cause).toMatchObject({ kind: 'host-lost' });
    // The worker, the script, and two that it started.
    expect(started).toBeGreaterThanOrEqual(4);
    await waitUntil('all are gone', () => processesWith(`TEST_MARK=${folder}`).length === 0);
  });
});
