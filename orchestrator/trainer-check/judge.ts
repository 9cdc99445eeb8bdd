/** What the attempts of a check say about the trainer. */
import { formatSeconds } from '../../contract/index.ts';
import { CHECKED_EPOCHS } from './cheapest.ts';
import { failed, notTried, passed, type Check, type CheckName } from './report.ts';
import { resultOf, resumedFrom, savedSteps, warningsOf, type Tried } from './try-attempt.ts';

/** The whole training, undisturbed. */
export function judgeWhole(whole: Tried): Check {
  const { end, events, seconds } = whole;
  const warnings = warningsOf(whole);
  if (end?.type !== 'done') return failure('protocol', whole);
  const epochs = events.filter((event) => event.type === 'epoch').length;
  if (epochs < CHECKED_EPOCHS)
    warnings.push(
      `${epochs} of ${CHECKED_EPOCHS} epochs were reported: without \`epoch\` there are no learning curves`,
    );
  const { minivalTop1 } = end.result;
  if (minivalTop1 === null)
    warnings.push('`done` has no `minivalTop1`: trials are chosen by it, and this one can never be');
  return passed('protocol', `minivalTop1 ${value(minivalTop1)} after ${spoken(seconds)}`, warnings);
}

export function judgeFirstEvent({ firstEventSeconds }: Tried, silenceSeconds: number): Check {
  if (firstEventSeconds === undefined) return notTried('first-event', 'it sent none');
  return passed(
    'first-event',
    `after ${spoken(firstEventSeconds)}, of ${formatSeconds(silenceSeconds)} allowed (silenceSeconds)`,
  );
}

/** Asked to stop in the middle. */
export function judgeStop(stopped: Tried, graceSeconds: number): Check {
  const { end, leavingSeconds } = stopped;
  if (end?.type === 'done') return notTried('stop', 'it was done before it could be stopped');
  if (end?.kind !== 'interrupted') return failure('stop', stopped);
  const took = leavingSeconds ?? 0;
  if (took >= graceSeconds)
    return failed(
      'stop',
      `killed after ${formatSeconds(graceSeconds)} (graceSeconds)`,
      `SIGTERM did not end it within ${formatSeconds(graceSeconds)}, and it was killed. End on SIGTERM, and \`exec\` the trainer where a script starts it`,
    );
  const saved = savedSteps(stopped).at(-1);
  return passed(
    'stop',
    `after ${spoken(took)}; ${saved === undefined ? 'no checkpoint yet' : `step ${saved} is saved`}`,
  );
}

/** Why it could not be killed in the middle; `undefined` where it was. */
export function judgeKilled(killed: Tried): Check | undefined {
  if (killed.end === undefined) return undefined;
  if (killed.end.type === 'done') return notTried('kill', 'it was done before it could be killed');
  return failure('kill', killed);
}

/** The attempt that follows an interrupted one, against the training that nothing disturbed. */
export function judgeResumed(name: CheckName, before: Tried, after: Tried, whole: Tried): Check {
  const result = resultOf(after);
  if (result === undefined) return failure(name, after);
  const saved = savedSteps(before).at(-1);
  const from = resumedFrom(after);
  if (saved !== undefined && from !== saved)
    return failed(
      name,
      `started from step ${from} with a checkpoint of step ${saved}`,
      `\`resume\` named the checkpoint of step ${saved}, and \`hello\` said \`resumedFromStep\` ${from}: load the file, and say its step`,
    );
  const expected = resultOf(whole)?.minivalTop1 ?? null;
  const isSame = result.minivalTop1 === expected;
  const warnings = isSame
    ? []
    : [`minivalTop1 ${value(result.minivalTop1)} and not ${value(expected)}: an interruption changes the result`];
  const where = saved === undefined ? 'from the start, as there was no checkpoint' : `from step ${saved}`;
  return passed(name, `${where}; ${isSame ? 'the same result' : 'another result'}`, [
    ...warningsOf(after),
    ...warnings,
  ]);
}

/** By what the worker said of it, which holds the line that failed. */
function failure(name: CheckName, tried: Tried): Check {
  const { end } = tried;
  const message = end?.type === 'failed' ? `${end.kind}: ${end.message}` : 'It was killed';
  return failed(name, message.split('\n', 1)[0]!, message, warningsOf(tried));
}

const value = (top1: number | null): string => (top1 === null ? 'not measured' : String(Number(top1.toFixed(4))));

/** As short as a table needs it: `0.42 s`. */
const spoken = (seconds: number): string => (seconds < 10 ? `${seconds.toFixed(2)} s` : formatSeconds(seconds));
