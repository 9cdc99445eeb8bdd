import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { startRedis } from '../../support/redis-server.ts';
import { awayRun } from '../away.ts';
import { checksOf, type Check, type SceneContext } from '../scene.ts';

const SECONDS = [0, 20, 60];
const STEP_MS = 50;
/** A lease, after which what was lost on its way is handed out again, and five seconds to notice and to start. */
const BEYOND_SECONDS = 15;

/** The orchestrator, or Redis, away for 0, 20 and 60 s while workers train. The two at once, each with a cluster of its own: they mostly wait. */
export async function away({ folder, scaled }: SceneContext): Promise<Check[]> {
  const checks: Check[] = [];
  for (const seconds of SECONDS) {
    // Two trials at work and two in the queue: enough for most of the time.
    const stepsPerTrial = Math.round((1000 * Math.max(2, seconds / 3)) / STEP_MS);
    const both = (['orchestrator', 'redis'] as const).map(async (who) => {
      const { equal, atMost, told } = checksOf(`${who} away ${seconds} s`);
      const redis = await startRedis();
      try {
        const here = mkdtempSync(path.join(folder, 'away-'));
        const trials = scaled(8);
        const report = await awayRun({
          folder: here,
          redis,
          who,
          awayMs: seconds * 1000,
          trials,
          stepsPerTrial,
          stepMs: STEP_MS,
        });
        const details = [...report.finished.values()];
        return [
          equal('exit code at the end', report.last.code ?? -1, 0),
          equal('planned trials without a result', trials - details.length, 0),
          equal(
            'attempts beyond one per trial',
            details.reduce((sum, { attempts }) => sum + attempts.length - 1, 0),
            0,
          ),
          equal('steps executed again', report.steps - report.stepsToDo, 0),
          told('steps executed meanwhile', report.stepsMeanwhile),
          told('seconds from its return to the end', Math.round(report.drainSeconds)),
          atMost(
            'of them, beyond the training that was left',
            Math.round(report.drainSeconds - report.trainingSeconds),
            BEYOND_SECONDS,
          ),
        ];
      } finally {
        await redis.close();
      }
    });
    checks.push(...(await Promise.all(both)).flat());
  }
  return checks;
}
