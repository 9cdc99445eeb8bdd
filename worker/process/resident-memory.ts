/** Measured this often at most, ms: asking the system takes longer than a trial that does nothing. */
const MEASURED_MS = 250;

let measuredAt = -Infinity;
let bytes = 0;

/** Resident memory of this process in bytes, at most a quarter of a second old. */
export function residentMemory(): number {
  const now = performance.now();
  if (now - measuredAt >= MEASURED_MS) {
    measuredAt = now;
    bytes = process.memoryUsage.rss();
  }
  return bytes;
}
