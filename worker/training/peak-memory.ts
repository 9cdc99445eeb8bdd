import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Peak resident memory of this process since `restartPeak`, in bytes. A worker trains many trials; Linux can
 * reset the count for each, elsewhere it is the peak over the life of the process.
 */
export function peakMemory(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // No /proc on this system.
  }
  return process.resourceUsage().maxRSS * 1024;
}

export function restartPeak(): void {
  try {
    // 5: reset the peak resident set size (proc(5)).
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux, or not permitted: the peak stays that of the process.
  }
}
