import { checksOf, medianOf, type Check, type SceneContext } from '../scene.ts';
import { takeoverRun } from '../takeover.ts';

const LEASE_SECONDS = 6;

/** From SIGKILL of a worker to its trial running elsewhere. */
export async function takeover({ folder, redis, scaled, log }: SceneContext): Promise<Check[]> {
  const { equal, atMost, told } = checksOf(`takeover, lease ${LEASE_SECONDS} s`);
  const kills = scaled(16);
  const { handedOn, running } = await takeoverRun({
    folder,
    redis,
    kills,
    leaseSeconds: LEASE_SECONDS,
    heartbeatSeconds: 1,
    log,
  });
  const tenths = (seconds: number): number => Math.round(seconds * 10) / 10;
  return [
    equal('SIGKILLs of workers at work', running.length, kills),
    told('seconds until it was handed on, median', tenths(medianOf(handedOn))),
    // The orchestrator looks once a second: it may see the last heartbeat a second late, and the end of the lease as well.
    atMost('seconds until it was handed on, most', tenths(Math.max(...handedOn)), LEASE_SECONDS + 2),
    told('seconds until it ran elsewhere, median', tenths(medianOf(running))),
    // And the second that a child may take to begin.
    atMost('seconds until it ran elsewhere, most', tenths(Math.max(...running)), LEASE_SECONDS + 3),
  ];
}
