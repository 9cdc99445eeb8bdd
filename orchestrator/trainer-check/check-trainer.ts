import path from 'node:path';
import type { Trial, WorkerEvent } from '../../contract/index.ts';
import { stepsOf } from '../../worker/index.ts';
import { judgeFirstEvent, judgeKilled, judgeResumed, judgeStop, judgeWhole } from './judge.ts';
import { notTried, type Check, type CheckName } from './report.ts';
import { savedSteps, tryAttempt, type Tried, type TryOptions } from './try-attempt.ts';

export interface CheckOptions extends Pick<TryOptions, 'device' | 'threads' | 'env' | 'signal'> {
  readonly trial: Trial;
  /** An empty folder. */
  readonly folder: string;
  readonly silenceSeconds: number;
  readonly graceSeconds: number;
  /** Told of each check before it is tried, as it may take a while. */
  readonly onBegin: (name: CheckName) => void;
}

/** Tries a trainer on one trial: undisturbed, stopped, killed, and resumed where nothing is left to train. */
export async function* checkTrainer(options: CheckOptions): AsyncGenerator<Check> {
  const { trial, folder, onBegin } = options;
  const attempt = (name: string, interrupt?: TryOptions['interrupt']): Promise<Tried> =>
    tryAttempt({ ...options, folder: path.join(folder, name), ...(interrupt === undefined ? {} : { interrupt }) });

  onBegin('protocol');
  const whole = await attempt('whole');
  const protocol = judgeWhole(whole);
  yield protocol;
  yield judgeFirstEvent(whole, options.silenceSeconds);
  if (protocol.outcome === 'failed') {
    const names = ['stop', 'resume-after-stop', 'kill', 'resume-at-end'] as const;
    for (const name of names) yield notTried(name, 'the undisturbed training fails');
    return;
  }
  const steps = stepsOf(trial.spec.recipe, trial.spec.data.trainImages, trial.spec.epochs).total;
  const at = middle(whole, steps);

  onBegin('stop');
  const stopped = await attempt('stop', { how: 'stop', at });
  const stop = judgeStop(stopped, options.graceSeconds);
  yield stop;
  if (stopped.end?.type !== 'failed' || stopped.end.kind !== 'interrupted')
    yield notTried('resume-after-stop', 'it was not stopped');
  else {
    onBegin('resume-after-stop');
    yield judgeResumed('resume-after-stop', stopped, await attempt('stop'), whole);
  }

  onBegin('kill');
  const killed = await attempt('kill', { how: 'kill', at });
  yield judgeKilled(killed) ?? judgeResumed('kill', killed, await attempt('kill'), whole);

  const last = savedSteps(whole).at(-1);
  if (last === steps) {
    onBegin('resume-at-end');
    yield judgeResumed('resume-at-end', whole, await attempt('whole'), whole);
  } else
    yield notTried(
      'resume-at-end',
      `its last checkpoint is of ${last === undefined ? 'none' : `step ${last}`} of ${steps} steps`,
    );
}

/** Where to interrupt: at its first checkpoint before the last step; where it saves none, after its first epoch; else when it has started. */
function middle(whole: Tried, steps: number): (event: WorkerEvent) => boolean {
  if (savedSteps(whole).some((step) => step > 0 && step < steps)) return ({ type }) => type === 'checkpoint';
  const hasEpochs = whole.events.some((event) => event.type === 'epoch' && event.metrics.step < steps);
  return ({ type }) => type === (hasEpochs ? 'epoch' : 'started');
}
