import { workerSlots } from '../dispatch/worker-slots.ts';
import type { PlaceOptions } from '../calibration/open-predictor.ts';

/** What a plan's seconds are predicted for. */
export interface PlanPlace {
  /** `device`: one whose FLOP/s were given; `remote`: workers that take trials over Redis. */
  readonly kind: 'local' | 'remote' | 'device';
  readonly device: string | null;
  readonly deviceFlops: number | undefined;
  readonly workers: number;
}

export interface PlanPlaceOptions extends PlaceOptions {
  readonly deviceFlops?: number;
}

/** With FLOP/s given, `--workers` counts devices of that speed, wherever they are. */
export function planPlaceOf({ devices, workers, threads, redis, deviceFlops }: PlanPlaceOptions): PlanPlace {
  if (deviceFlops !== undefined)
    return { kind: 'device', device: devices?.[0] ?? null, deviceFlops, workers: workers ?? devices?.length ?? 1 };
  if (redis !== undefined) return { kind: 'remote', device: null, deviceFlops, workers: workers ?? 1 };
  const used = devices ?? ['cpu'];
  return {
    kind: 'local',
    device: used.join(','),
    deviceFlops,
    workers: workerSlots(used, workers, threads).length,
  };
}
