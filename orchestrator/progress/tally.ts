import type { TrialSpec } from '../../contract/index.ts';
import type { SweepNews } from '../sweep/news.ts';

/** A running attempt, as it is shown. */
export interface RunningTrial {
  readonly spec: TrialSpec;
  readonly worker: string;
  /** `false` while it waits behind another in its worker. */
  hasStarted: boolean;
  step: number;
  totalSteps: number;
  epoch: number;
  /** Newest minival top-1, fraction of 1. */
  top1: number | null;
}

interface BestTrial {
  readonly spec: TrialSpec;
  readonly top1: number;
}

/** Where a sweep stands, added up from its news. */
export interface Tally {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Finished by this process, for `N trained`. */
  readonly trained: number;
  readonly running: ReadonlyMap<string, RunningTrial>;
  /** Of the trials that this process finished, by minival. */
  readonly best: BestTrial | undefined;
}

interface Tallier extends Tally {
  /** Expects all news, in order. */
  take(news: SweepNews): void;
}

export function makeTally(): Tallier {
  const running = new Map<string, RunningTrial>();
  const tally = { total: 0, done: 0, failed: 0, trained: 0, running, best: undefined as BestTrial | undefined };

  const takeEvent = (event: Extract<SweepNews, { type: 'event' }>['event']): void => {
    const trial = running.get(event.trial);
    if (trial === undefined) return;
    switch (event.type) {
      case 'started':
        Object.assign(trial, { hasStarted: true, step: event.resumedFromStep, totalSteps: event.totalSteps });
        break;
      case 'progress':
        Object.assign(trial, { step: event.step, totalSteps: event.totalSteps, epoch: event.epoch });
        break;
      case 'epoch':
        Object.assign(trial, { epoch: event.metrics.epoch, step: event.metrics.step, top1: event.metrics.minivalTop1 });
        break;
      case 'done': {
        const top1 = event.result.minivalTop1;
        if (top1 !== null && top1 > (tally.best?.top1 ?? -1)) tally.best = { spec: trial.spec, top1 };
        running.delete(event.trial);
        break;
      }
      case 'failed':
        running.delete(event.trial);
        break;
      case 'checkpoint':
        break;
    }
  };

  return Object.assign(tally, {
    take: (news: SweepNews): void => {
      switch (news.type) {
        case 'sweep-started': {
          const { planned, queued, running: active, done, failed, cancelled } = news.counts;
          Object.assign(tally, { total: planned + queued + active + done + failed + cancelled, done, failed });
          break;
        }
        case 'handed':
          running.set(news.waiting.trial.id, {
            spec: news.waiting.trial.spec,
            worker: news.slot.worker,
            hasStarted: false,
            step: 0,
            totalSteps: 0,
            epoch: 0,
            top1: null,
          });
          break;
        case 'event':
          takeEvent(news.event);
          break;
        case 'done':
          tally.done++;
          tally.trained++;
          break;
        case 'failed':
          if (news.next === 'final') tally.failed++;
          break;
        case 'store-waits':
        case 'trainer-changed':
        case 'stopping':
          break;
      }
    },
  });
}
