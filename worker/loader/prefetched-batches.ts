import type { Dataset } from '../data/index.ts';
import { batchArrays, memoryOf, type BatchArrays, type BatchPlan, type BatchRequest } from './batch-plan.ts';
import type { BatchStream, FilledBatch } from './data-loader.ts';
import { restoreError, type FromThread, type ToThread } from './thread-messages.ts';

/** Batches prefetched beyond the one that is awaited: enough for uneven work. */
const MOST_AHEAD = 3;
/** Of all prefetched batches; one is prefetched at any size. */
const MOST_BYTES = 64 << 20;

interface Options {
  readonly dataset: Dataset;
  readonly plan: BatchPlan;
  readonly requests: Iterable<BatchRequest>;
  /** Tells answers to this stream from late ones to an earlier stream. */
  readonly number: number;
  readonly post: (message: ToThread, memory: ArrayBuffer[]) => void;
  readonly closed: () => void;
}

/** A batch that the thread was asked for. */
interface Asked {
  readonly kind: BatchRequest['kind'];
  readonly bytes: number;
  readonly answer: Promise<FilledBatch>;
  readonly resolve: (batch: FilledBatch) => void;
  readonly reject: (error: Error) => void;
}

/** The training thread's end of a stream: keeps a few requests in flight, and returns their answers in order. */
export class PrefetchedBatches implements BatchStream {
  readonly #options: Options;
  readonly #source: Iterator<BatchRequest>;
  /** Not handed out yet, oldest first. */
  readonly #asked: Asked[] = [];
  /** The part of them that the thread has not answered yet. */
  readonly #unanswered: Asked[] = [];
  /** Of the request made last; memory of another kind is let go. */
  #kind: BatchRequest['kind'] | undefined;
  readonly #spare: BatchArrays[] = [];
  #lent: { readonly kind: BatchRequest['kind']; readonly arrays: BatchArrays } | undefined;
  #failure: Error | undefined;
  #isClosed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#source = options.requests[Symbol.iterator]();
  }

  async next(): Promise<FilledBatch> {
    if (this.#lent !== undefined && this.#lent.kind === this.#kind) this.#spare.push(this.#lent.arrays);
    this.#lent = undefined;
    this.#askAhead();
    const asked = this.#asked.shift();
    if (asked === undefined)
      throw this.#failure ?? new Error('Expected a batch to be left, got the end of the schedule');
    const { filled, ...arrays } = await asked.answer;
    this.#lent = { kind: asked.kind, arrays };
    return { ...arrays, filled };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#spare.length = 0;
    this.#options.closed();
  }

  /** An answer of the thread: it answers in the order in which it is asked. */
  take(answer: FromThread): void {
    if (answer.stream !== this.#options.number) return;
    const asked = this.#unanswered.shift()!;
    if (answer.type === 'filled') asked.resolve({ ...answer.arrays, filled: answer.filled });
    else asked.reject(restoreError(answer.error));
  }

  /** The thread is gone. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#unanswered.splice(0)) reject(this.#failure);
  }

  #askAhead(): void {
    while (this.#failure === undefined && this.#hasRoom()) {
      const { value: request, done } = this.#source.next();
      if (done === true) return;
      this.#ask(request);
    }
  }

  #hasRoom(): boolean {
    if (this.#asked.length < 2) return true;
    const bytes = this.#asked.reduce((sum, asked) => sum + asked.bytes, 0);
    return this.#asked.length <= MOST_AHEAD && bytes + this.#asked.at(-1)!.bytes <= MOST_BYTES;
  }

  #ask(request: BatchRequest): void {
    const { dataset, plan, number, post } = this.#options;
    const { kind } = request;
    if (kind !== this.#kind) this.#spare.length = 0;
    this.#kind = kind;
    const arrays = this.#spare.pop() ?? batchArrays(dataset, plan, kind);
    const memory = memoryOf(arrays);
    const asked = { kind, bytes: memory.reduce((sum, { byteLength }) => sum + byteLength, 0), ...deferred() };
    this.#asked.push(asked);
    this.#unanswered.push(asked);
    post({ type: 'fill', stream: number, request, arrays }, memory);
  }
}

function deferred(): Pick<Asked, 'answer' | 'resolve' | 'reject'> {
  let resolve!: Asked['resolve'];
  let reject!: Asked['reject'];
  const answer = new Promise<FilledBatch>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  // It may fail long before it is awaited: no unhandled rejection.
  answer.catch(() => undefined);
  return { answer, resolve, reject };
}
