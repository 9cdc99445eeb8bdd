import { MessageChannel } from 'node:worker_threads';

/** Its other end is closed: what is posted to it is thrown away. */
let drain: MessagePort | undefined;
type MessagePort = MessageChannel['port1'];

/**
 * Frees arrays at once. The garbage collector would in its own time, which it measures by the size of JavaScript's objects more
 * than by what hangs on them: hundreds of megabytes may wait. The arrays are empty afterwards.
 */
export function discard(arrays: readonly ArrayBufferView[]): void {
  drain ??= openDrain();
  // Handing the memory over takes it from the sender; a port without a receiver lets go of it.
  drain.postMessage(
    undefined,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

function openDrain(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.unref();
  return port1;
}
