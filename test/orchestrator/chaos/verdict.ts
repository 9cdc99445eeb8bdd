import type { EpochMetrics, TrialResult } from '../../../contract/index.ts';
import type { TrialDetail } from '../../../results/index.ts';

/** What must be bit-identical however often a training was killed: all but wall-clock and memory. */
export function lastingPart(detail: TrialDetail): {
  result: Partial<TrialResult> | null;
  epochs: Partial<EpochMetrics>[];
} {
  const { result } = detail;
  return {
    result:
      result === null
        ? null
        : {
            minivalTop1: result.minivalTop1,
            minivalLoss: result.minivalLoss,
            testTop1: result.testTop1,
            testLoss: result.testLoss,
            trainTop1: result.trainTop1,
            trainLoss: result.trainLoss,
            weightsDigest: result.weightsDigest,
          },
    epochs: detail.epochs.map(({ seconds: _seconds, ...lasting }) => lasting),
  };
}

/** Attempts of a trial that handed in a result: exactly one, or the store has taken two. */
export function doneAttempts({ attempts }: TrialDetail): number {
  return attempts.filter(({ outcome }) => outcome === 'done').length;
}

/** Attempts handed out after one that handed in a result: a finished trial trained again. */
export function attemptsAfterDone({ attempts }: TrialDetail): number {
  const done = attempts.findIndex(({ outcome }) => outcome === 'done');
  return done < 0 ? 0 : attempts.length - 1 - done;
}

/** Attempts that began at an earlier step than one before them: progress that went back further than a checkpoint. */
export function setbacks({ attempts }: TrialDetail): number {
  const begun = attempts.map(({ resumedFromStep }) => resumedFromStep).filter((step) => step !== null);
  return begun.filter((step, index) => index > 0 && step < begun[index - 1]!).length;
}
