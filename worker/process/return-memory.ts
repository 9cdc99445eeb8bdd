import { setImmediate } from 'node:timers/promises';

/** What glibc offers; other C libraries and other systems do without. */
type Trim = (keep: number) => number;

let trim: Promise<Trim | undefined> | undefined;

/**
 * Returns to the system what this process no longer uses: files that a dataset was read from, and what the network before this
 * one has left. The allocator would keep it, and with it the peak of every later trial would be that of the largest before.
 */
export async function returnMemory(): Promise<void> {
  // There in processes that were started with --expose-gc; elsewhere V8 frees the buffers of what is gone in its own time.
  globalThis.gc?.();
  // It may free them on another thread.
  await setImmediate();
  trim ??= loadTrim().catch(() => undefined);
  (await trim)?.(0);
}

async function loadTrim(): Promise<Trim> {
  const { default: koffi } = await import('koffi');
  return koffi.load('libc.so.6').func('int malloc_trim(size_t keep)') as Trim;
}
