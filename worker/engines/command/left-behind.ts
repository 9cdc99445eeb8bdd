/** Kills all that a trainer has started: its process group, and processes that left the group but still bear its mark. */
import { readdir, readFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { TRAINER_ENV } from './protocol.ts';

/** Processes that start others while they are being killed are gone within a few rounds. */
const ROUNDS = 50;
/** One look may miss a process: in the middle of `exec` it has no environment, and one just forked is not listed yet. */
const QUIET_ROUNDS = 3;
const ROUND_MS = 10;
/** Environments that are open at one time: a machine may have more processes than this one may have open files. */
const FILES_AT_ONCE = 64;

/** Sends a signal to a process, or with a negative id to a group; one that is gone is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

/** Kills the group, and on Linux every process whose environment bears the mark. Never rejects. */
export async function killLeftBehind(group: number, mark: string): Promise<void> {
  sendSignal(-group, 'SIGKILL');
  for (let round = 0, quiet = 0; round < ROUNDS; round++) {
    const marked = await markedProcesses(mark);
    for (const pid of marked) sendSignal(pid, 'SIGKILL');
    quiet = marked.length === 0 ? quiet + 1 : 0;
    if (quiet === QUIET_ROUNDS) return;
    await sleep(ROUND_MS);
  }
}

async function markedProcesses(mark: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  const processes = names.filter((name) => /^\d+$/.test(name));
  const found = await pLimit(FILES_AT_ONCE).map(processes, async (name) => {
    // Another user's process, or one that has just ended.
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
    return environment.includes(`${TRAINER_ENV.attempt}=${mark}`) ? [Number(name)] : [];
  });
  return found.flat();
}

/**
 * Waits for its standard input to end, which happens when this process dies for any reason; then does what
 * `killLeftBehind` does. A shell and not Node: it costs a megabyte, and there is one beside every trainer.
 */
const GUARD = `
read -r group
read -r forever
[ -n "$group" ] && kill -KILL -- "-$group" 2>/dev/null
for round in 1 2 3 4 5 6 7 8 9 10; do
  files=$(grep -lsa -- "$1" /proc/[0-9]*/environ)
  for file in $files; do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}" 2>/dev/null
  done
  sleep 0.1
done
`;

export interface Guard {
  /** The group to end, once there is one. */
  watch(group: number): void;
  /** It is not needed any more. */
  dismiss(): void;
}

/** Makes sure that a trainer does not outlive this process. To be started before the trainer. */
export function startGuard(mark: string): Guard {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'scalesweep-guard', `${TRAINER_ENV.attempt}=${mark}`], {
    // Its own process group: Ctrl-C in a terminal must not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] },
  });
  // Without a shell there is no guard; a trainer is then killed by SIGPIPE at its next event.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return {
    watch: (group) => void guard.stdin.write(`${group}\n`),
    dismiss: () => void guard.kill('SIGKILL'),
  };
}
