import { canonicalJson } from '../../../contract/index.ts';
import type { TrialDetail } from '../../../results/index.ts';
import { lostSteps, type Trace } from '../../orchestrator/chaos/trace.ts';
import { attemptsAfterDone, doneAttempts, lastingPart } from '../../orchestrator/chaos/verdict.ts';

/** What a disturbed run came to, beside an undisturbed one. All but the last must be 0. */
export interface Verdict {
  /** Planned and without a result. */
  readonly missing: number;
  /** With a result, and not planned. */
  readonly unplanned: number;
  /** With more than one result, or none. */
  readonly notOnce: number;
  /** Whose numbers differ from the undisturbed run. */
  readonly differing: number;
  /** Attempts that were handed out when their trial had its result. */
  readonly begunAfterwards: number;
  /** Steps that an attempt began again further back than one checkpoint. */
  readonly beyondOneCheckpoint: number;
  /** Steps executed more than once, in all. */
  readonly wasted: number;
}

export function judge(
  found: ReadonlyMap<string, TrialDetail>,
  expected: ReadonlyMap<string, TrialDetail>,
  trace: Trace,
  checkpointEvery: number,
): Verdict {
  const lost = lostSteps(trace);
  return {
    missing: [...expected.keys()].filter((id) => !found.has(id)).length,
    unplanned: [...found.keys()].filter((id) => !expected.has(id)).length,
    notOnce: [...found.values()].filter((detail) => doneAttempts(detail) !== 1).length,
    differing: [...expected].filter(([id, detail]) => {
      const other = found.get(id);
      return other !== undefined && canonicalJson(lastingPart(other)) !== canonicalJson(lastingPart(detail));
    }).length,
    begunAfterwards: [...found.values()].reduce((sum, detail) => sum + attemptsAfterDone(detail), 0),
    beyondOneCheckpoint: lost.filter((steps) => steps > checkpointEvery).length,
    wasted: lost.reduce((sum, steps) => sum + steps, 0),
  };
}

/** Watches that no step of a trial is executed after its result was stored. */
export interface AgainWatch {
  /** Notes which trials are finished now, and how long the trace is. */
  look(): void;
  /** Trials that were trained after they had finished. */
  trainedAgain(trace: Trace): string[];
}

export function watchForAgain(finished: () => ReadonlyMap<string, unknown>, traceNow: () => Trace): AgainWatch {
  const looks: { ids: Set<string>; length: number }[] = [];
  return {
    look: () => {
      const ids = new Set(finished().keys());
      looks.push({ ids, length: traceNow().length });
    },
    trainedAgain: ({ steps }) => [
      ...new Set(looks.flatMap(({ ids, length }) => steps.slice(length).flatMap(([id]) => (ids.has(id) ? [id] : [])))),
    ],
  };
}
