/** Rows of one transaction: long enough to be cheap (20 us a trial), short enough to let another writer in. */
const CHUNK = 500;

/** The items in lists of 500; the last may be shorter. None for no items. */
export function* chunksOf<T>(items: Iterable<T>): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length === CHUNK) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
