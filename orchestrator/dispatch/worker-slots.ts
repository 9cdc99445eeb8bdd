import { parseDevice } from '../../contract/index.ts';
import { usableCores } from '../../worker/index.ts';

/**
 * The device of each worker process: the given number of each, else one for a GPU and, for the CPU, as many as keep all cores busy.
 * `--threads` means the same in `run`, `resume` and `worker`: threads that one process computes with. So with more of them there are fewer
 * processes, and never more computing threads than cores.
 *
 * @param perDevice `--workers`, or `--concurrency` of `worker`
 */
export function workerSlots(
  devices: readonly string[],
  perDevice: number | undefined,
  threads = 1,
  cores: number = usableCores(),
): string[] {
  return devices.flatMap((device) => {
    const ofCpu = Math.max(1, Math.floor(cores / threads));
    const length = perDevice ?? (parseDevice(device)?.kind === 'cpu' ? ofCpu : 1);
    return Array.from({ length }, () => device);
  });
}
