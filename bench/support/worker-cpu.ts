import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds of all children of a process that were seen so far, dead ones included. Linux only. */
export interface CpuSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly cpuSeconds: number;
}

export interface Watch {
  readonly samples: readonly CpuSample[];
  end(): void;
}

/** Looks at the children of a process twice a second, until the watch ends: for a sweep, its worker processes. */
export function watchChildren(parent: number): Watch {
  const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const ticks = new Map<number, number>();
  const samples: CpuSample[] = [];
  const look = (): void => {
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
      if (stat?.parent === parent) ticks.set(pid, stat.ticks);
    }
    const sum = [...ticks.values()].reduce((all, each) => all + each, 0);
    samples.push({ at: Date.now(), cpuSeconds: sum / ticksPerSecond });
  };
  const timer = setInterval(look, 500);
  return { samples, end: () => clearInterval(timer) };
}

/** Parent, and user and system time, of a process (proc_pid_stat(5)); `undefined` when it is gone. */
function statOf(pid: number): { parent: number; ticks: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined;
  }
}
