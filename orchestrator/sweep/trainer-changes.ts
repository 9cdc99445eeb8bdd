import type { WorkerEvent } from '../../contract/index.ts';
import type { SweepNews } from './news.ts';

type Changed = Extract<SweepNews, { type: 'trainer-changed' }>;

/**
 * Notices an attempt whose trainer is another program than that of the sweep's earlier attempts. Each program is told of once.
 *
 * @param known digests of the programs that trained before, those of earlier runs among them.
 */
export function makeTrainerChanges(known: readonly string[]): (event: WorkerEvent) => Changed | undefined {
  const seen = [...known];
  return (event) => {
    if (event.type !== 'started') return undefined;
    const { trainer = '', trainerDigest: digest } = event.environment;
    if (digest === undefined || seen.includes(digest)) return undefined;
    const before = seen.at(-1);
    seen.push(digest);
    return before === undefined ? undefined : { type: 'trainer-changed', trainer, trial: event.trial, before, digest };
  };
}
