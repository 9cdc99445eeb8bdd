/** What glibc offers; other C libraries and other systems do without. */
type Trim = (keep: number) => number;

let trim: Promise<Trim | undefined> | undefined;

/**
 * Returns to the system what this process no longer uses: files that a dataset was read from, and what the network before this
 * one has left. The allocator would keep it, and with it the peak of every later trial would be that of the largest before.
 */
export async function giveBackMemory(): Promise<void> {
  // With --expose-gc: buffers whose owners are gone are freed when V8 next looks.
  globalThis.gc?.();
  trim ??= loadTrim().catch(() => undefined);
  (await trim)?.(0);
}

async function loadTrim(): Promise<Trim> {
  const { default: koffi } = await import('koffi');
  return koffi.load('libc.so.6').func('int malloc_trim(size_t keep)') as Trim;
}
