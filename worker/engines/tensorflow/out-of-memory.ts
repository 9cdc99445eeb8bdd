import { isScalesweepError, messageOf, ScalesweepError } from '../../../contract/index.ts';

/** TensorFlow's allocators on the GPU and the CPU, and V8's arrays on the JavaScript backend, by their messages. */
const OUT_OF_MEMORY =
  /OOM when allocating|RESOURCE.?EXHAUSTED|failed to allocate|out of memory|bad.?alloc|allocation failed|invalid typed array length/i;

/** @throws {ScalesweepError} `OUT_OF_MEMORY` where the message is one of an allocator; everything else as it is. */
export function rethrow(error: unknown): never {
  if (!isScalesweepError(error) && OUT_OF_MEMORY.test(messageOf(error))) {
    const [first] = messageOf(error).split('\n', 1);
    throw new ScalesweepError('OUT_OF_MEMORY', `TensorFlow ran out of memory: ${first}`, { cause: error });
  }
  throw error;
}

export function orOutOfMemory<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    return rethrow(error);
  }
}
