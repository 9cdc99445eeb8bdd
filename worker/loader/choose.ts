/**
 * Whether batches are filled ahead in a thread of their own. Worth it wherever the training leaves the thread that fills
 * them with time to spare (a GPU) or holds several cores up while it fills (more than one thread). A training with one
 * core to itself gains nothing, and its smallest networks lose 3 % (docs/performance.md).
 */
export function prefetches(device: string, threads: number): boolean {
  return device !== 'cpu' || threads > 1;
}
