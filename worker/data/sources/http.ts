import pLimit from 'p-limit';
import { messageOf } from '../../../contract/index.ts';
import type { DatasetFile, DatasetSource } from '../descriptor.ts';
import { gunzipFile } from './gzip.ts';

/** For one file, from the request to its last byte. */
const TRANSFER_MS = 10 * 60_000;
const CONNECT_MS = 20_000;
/** Enough to use the line where the server limits each connection; few enough not to burden it. */
const FILES_AT_ONCE = 4;

/** `fetch` hides the reason (name not found, connection refused) in a chain of causes. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ');
  return cause === undefined ? messageOf(error) : messageOf(cause);
}

async function download(address: string, mostBytes: number, stop: AbortSignal): Promise<Uint8Array> {
  const connected = new AbortController();
  const timer = setTimeout(() => connected.abort(new Error(`no answer in ${CONNECT_MS / 1000} s`)), CONNECT_MS);
  try {
    const signal = AbortSignal.any([stop, connected.signal, AbortSignal.timeout(TRANSFER_MS)]);
    const response = await fetch(address, { signal });
    clearTimeout(timer);
    if (!response.ok || response.body === null)
      throw new Error(`HTTP ${response.status} ${response.statusText}`.trim());
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new Error(`more than the expected ${mostBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, bytes);
  } catch (error) {
    throw new Error(`${address}: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Files below one address, `packed` meaning that `NAME.gz` is served and `NAME` wanted. */
export function httpSource(name: string, base: string, options: { readonly packed: boolean }): DatasetSource {
  const fetchOne = async ({ name: file, bytes }: DatasetFile, stop: AbortSignal): Promise<Uint8Array> => {
    // A gzip of incompressible content is a little longer than the content.
    if (!options.packed) return download(`${base}${file}`, bytes, stop);
    return gunzipFile(await download(`${base}${file}.gz`, bytes + 65_536, stop), `${file}.gz`, bytes);
  };
  return {
    name: `${name} (${base})`,
    async fetch(wanted, { log }) {
      log(`fetching from ${base}`);
      const stop = new AbortController();
      const limit = pLimit(FILES_AT_ONCE);
      const running = wanted.map((file) => limit(async () => [file.name, await fetchOne(file, stop.signal)] as const));
      try {
        return new Map(await Promise.all(running));
      } finally {
        // When one has failed, the others are stopped.
        stop.abort();
        await Promise.allSettled(running);
      }
    },
  };
}
