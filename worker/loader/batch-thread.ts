/** The batch thread: fills batches for the training thread, one after the other, as they are asked for. */
import { parentPort } from 'node:worker_threads';
import { openPortable, type Dataset } from '../data/index.ts';
import { fillBatch, memoryOf, type BatchPlan } from './batch-plan.ts';
import { carryError, type FromThread, type ToThread } from './thread-messages.ts';

if (parentPort === null) throw new Error('worker/loader/batch-thread is started by a loader, as a thread');
const port = parentPort;

let open: { readonly dataset: Dataset; readonly close: () => void; readonly plan: BatchPlan } | undefined;

function close(): void {
  open?.close();
  open = undefined;
}

function fill({ stream, request, arrays }: Extract<ToThread, { type: 'fill' }>): void {
  let answer: FromThread;
  try {
    if (open === undefined) throw new Error('Expected a batch of an open stream, got one after its end');
    answer = { type: 'filled', stream, arrays, filled: fillBatch(open.dataset, open.plan, request, arrays) };
  } catch (error) {
    answer = { type: 'failed', stream, error: carryError(error) };
  }
  port.postMessage(answer, answer.type === 'filled' ? memoryOf(answer.arrays) : []);
}

port.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'open':
      close();
      open = { ...openPortable(message.dataset), plan: message.plan };
      break;
    case 'fill':
      fill(message);
      break;
    case 'close':
      close();
      break;
  }
});
