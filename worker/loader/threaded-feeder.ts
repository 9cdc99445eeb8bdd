import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { portableDataset, type Dataset } from '../data/index.ts';
import type { BatchPlan, BatchRequest } from './batch-plan.ts';
import type { Feed, Feeder } from './feed.ts';
import { ThreadedFeed } from './threaded-feed.ts';
import type { FromThread, ToThread } from './thread-messages.ts';

/**
 * Fills batches ahead of time in a thread of its own, which starts with the first feed and lives until `close`. Images in
 * shared memory are not copied; batches are handed to and fro.
 *
 * They are not written into shared memory, because ONNX Runtime takes none: each batch would have to be copied.
 */
export class ThreadedFeeder implements Feeder {
  #worker: Worker | undefined;
  #feed: ThreadedFeed | undefined;
  #opened = 0;

  open(dataset: Dataset, plan: BatchPlan, requests: Iterable<BatchRequest>): Feed {
    this.#feed?.close();
    const worker = (this.#worker ??= this.#start());
    const feed = new ThreadedFeed({
      dataset,
      plan,
      requests,
      number: ++this.#opened,
      post: (message, memory) => worker.postMessage(message, memory),
      closed: () => {
        this.#feed = undefined;
        worker.postMessage({ type: 'close' } satisfies ToThread, []);
        worker.unref();
      },
    });
    this.#feed = feed;
    // Whoever waits for a batch must not see the process end meanwhile.
    worker.ref();
    worker.postMessage({ type: 'open', dataset: portableDataset(dataset), plan } satisfies ToThread, []);
    return feed;
  }

  async close(): Promise<void> {
    this.#feed?.close();
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = startThread();
    const gone = (error: Error): void => {
      if (this.#worker !== worker) return;
      // The next feed gets a new thread.
      this.#worker = undefined;
      this.#feed?.fail(error);
    };
    worker.on('message', (answer: FromThread) => this.#feed?.take(answer));
    worker.on('error', gone);
    worker.on('exit', (code) => gone(new Error(`Expected the batch thread to go on, it ended with code ${code}`)));
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
