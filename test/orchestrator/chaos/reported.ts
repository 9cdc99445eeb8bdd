import { openStore, type TrialDetail } from '../../../results/index.ts';

/** How far an attempt was known to be: the step of the last epoch that the store had of its trial. */
interface Reported {
  readonly trial: string;
  readonly attempt: number;
  readonly step: number;
}

/** What the store knew of the attempts at work, kill by kill: what no attempt after it should have to do again, beyond one checkpoint. */
export interface ReportWatch {
  /** Notes the attempts that are open now. To be called just before a kill. */
  look(): void;
  /** Steps that were reported and executed again by the attempt that followed, one entry for each attempt that a kill has ended. */
  lost(trials: ReadonlyMap<string, TrialDetail>): number[];
}

export function watchReports(storeFile: string): ReportWatch {
  const looks: Reported[] = [];
  return {
    look: () => {
      try {
        const store = openStore(storeFile, { mode: 'read' });
        try {
          for (const { trial, attempt } of store.running())
            looks.push({ trial, attempt, step: store.trial(trial).epochs.at(-1)?.step ?? 0 });
        } finally {
          store.close();
        }
      } catch {
        // Not made yet, or locked for a moment.
      }
    },
    lost: (trials) =>
      looks.flatMap(({ trial, attempt, step }) => {
        const next = trials
          .get(trial)
          ?.attempts.find((each) => each.attempt > attempt && each.resumedFromStep !== null);
        return next === undefined ? [] : [Math.max(0, step - next.resumedFromStep!)];
      }),
  };
}
