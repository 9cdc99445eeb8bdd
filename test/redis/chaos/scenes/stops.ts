import { doneAttempts } from '../../../orchestrator/chaos/verdict.ts';
import { checksOf, type Check, type SceneContext } from '../scene.ts';
import { stopsRun } from '../stops.ts';

/** SIGSTOP past the lease, take-over, SIGCONT. */
export async function stops({ folder, redis, scaled, log }: SceneContext): Promise<Check[]> {
  const { equal } = checksOf('stops');
  const times = scaled(50);
  const report = await stopsRun({ folder, redis, times, atOnce: 3, leaseSeconds: 3, heartbeatSeconds: 0.5, log });
  const details = [...report.finished.values()];
  return [
    equal('workers stopped past their lease, and taken over', report.takenOver, times),
    equal('of them, late words refused', report.refused, times),
    equal('exit code at the end', report.last.code ?? -1, 0),
    equal('planned trials without a result', report.planned - details.length, 0),
    equal('trials without exactly one result', details.filter((each) => doneAttempts(each) !== 1).length, 0),
  ];
}
