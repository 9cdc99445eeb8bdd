import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { portableDataset, type Dataset } from '../data/index.ts';
import type { BatchPlan, BatchRequest } from './batch-plan.ts';
import type { BatchStream, DataLoader } from './data-loader.ts';
import { PrefetchedBatches } from './prefetched-batches.ts';
import type { FromThread, ToThread } from './thread-messages.ts';

/**
 * Prefetches batches in a second thread, which starts with the first stream and lives until `close`. Images in shared
 * memory are not copied; the batches' buffers are transferred both ways.
 *
 * They are not written into shared memory, because ONNX Runtime takes none: each batch would have to be copied.
 */
export class PrefetchingLoader implements DataLoader {
  #worker: Worker | undefined;
  #stream: PrefetchedBatches | undefined;
  #opened = 0;

  open(dataset: Dataset, plan: BatchPlan, requests: Iterable<BatchRequest>): BatchStream {
    this.#stream?.close();
    const worker = (this.#worker ??= this.#start());
    const stream = new PrefetchedBatches({
      dataset,
      plan,
      requests,
      number: ++this.#opened,
      post: (message, memory) => worker.postMessage(message, memory),
      closed: () => {
        this.#stream = undefined;
        worker.postMessage({ type: 'close' } satisfies ToThread, []);
        worker.unref();
      },
    });
    this.#stream = stream;
    // The process must not end while a batch is awaited.
    worker.ref();
    worker.postMessage({ type: 'open', dataset: portableDataset(dataset), plan } satisfies ToThread, []);
    return stream;
  }

  async close(): Promise<void> {
    this.#stream?.close();
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = startThread();
    const gone = (error: Error): void => {
      if (this.#worker !== worker) return;
      // The next stream gets a new thread.
      this.#worker = undefined;
      this.#stream?.fail(error);
    };
    worker.on('message', (answer: FromThread) => this.#stream?.take(answer));
    worker.on('error', gone);
    worker.on('exit', (code) =>
      gone(new Error(`Expected the batch thread to run until it is closed, it ended with code ${code}`)),
    );
    worker.unref();
    return worker;
  }
}

/** From dist/ plainly; from the sources under tsx, which a thread has to register for itself. */
function startThread(): Worker {
  const name = 'batches';
  const isSource = import.meta.url.endsWith('.ts');
  const file = new URL(`batch-thread.${isSource ? 'ts' : 'js'}`, import.meta.url);
  if (!isSource) return new Worker(file, { name });
  const tsx = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs');
  const [api, thread] = [pathToFileURL(tsx).href, file.href].map((url) => JSON.stringify(url));
  return new Worker(`import(${api}).then(({ register }) => { register(); return import(${thread}); });`, {
    name,
    eval: true,
  });
}
