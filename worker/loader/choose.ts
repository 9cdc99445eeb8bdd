/**
 * Whether batches are prefetched in a second thread. Worth it where the training thread would otherwise wait for batches
 * while a GPU or several cores are idle. A training with one
 * core to itself gains nothing, and its smallest networks lose 3 % (docs/performance.md).
 */
export function prefetches(device: string, threads: number): boolean {
  return device !== 'cpu' || threads > 1;
}
