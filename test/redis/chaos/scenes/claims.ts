import { attemptsAfterDone, doneAttempts } from '../../../orchestrator/chaos/verdict.ts';
import { claimsRun } from '../claims.ts';
import { checksOf, type Check, type SceneContext } from '../scene.ts';

/** Kill between claim and first message. */
export async function claims({ folder, redis, scaled, log }: SceneContext): Promise<Check[]> {
  const { equal } = checksOf('claims');
  const kills = scaled(100);
  // Three kills each at most, and a few to begin with.
  const trials = Math.ceil(0.6 * kills) + 6;
  const report = await claimsRun({
    folder,
    redis,
    workers: 4,
    trials,
    kills,
    leaseSeconds: 3,
    heartbeatSeconds: 0.5,
    log,
  });
  const details = [...report.finished.values()];
  return [
    equal('workers killed between claim and first message', report.kills, kills),
    equal('of them, attempts that never said a word', report.silent, kills),
    equal('exit code at the end', report.last.code ?? -1, 0),
    equal('planned trials without a result', trials - details.length, 0),
    equal('trials without exactly one result', details.filter((each) => doneAttempts(each) !== 1).length, 0),
    equal(
      'attempts that began after their trial had its result',
      details.reduce((sum, each) => sum + attemptsAfterDone(each), 0),
      0,
    ),
  ];
}
