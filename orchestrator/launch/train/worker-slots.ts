import { parseDevice } from '../../../contract/index.ts';

/** The device of each worker process: as many processes as cores for a CPU, one for a GPU, or the given number of each. */
export function workerSlots(devices: readonly string[], perDevice: number | undefined, cores: number): string[] {
  return devices.flatMap((device) => {
    const length = perDevice ?? (parseDevice(device)?.kind === 'cpu' ? cores : 1);
    return Array.from({ length }, () => device);
  });
}
