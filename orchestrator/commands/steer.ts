import { EXIT } from '../../contract/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { resumeCommand } from '../launch/command-line.ts';
import { requireStore, steerStore } from '../launch/store-access.ts';
import { countOf } from '../progress/words.ts';

/** `scalesweep pause`, `cancel` and `retry`: short writes, which a process that runs the sweep sees within a second or so. */
export async function steer(
  what: 'pause' | 'cancel' | 'retry',
  prefix: string | undefined,
  options: StoreOptions,
  io: Io,
): Promise<number> {
  requireStore(options.db);
  return steerStore(options.db, (store) => {
    const sweep = store.sweep(prefix);
    const { id, name } = sweep;
    const before = store.counts(id);
    const isOver = before.planned + before.queued + before.running + before.cancelled === 0;
    const nothing = what === 'retry' ? before.failed === 0 : isOver;
    const retried = what === 'retry' ? store.retryFailed(id) : 0;
    if (what !== 'retry' && !nothing) store.setSweepState(id, what === 'pause' ? 'paused' : 'cancelled');
    const counts = store.counts(id);
    if (options.json === true) {
      printJson(io, { sweep: id, state: store.sweep(id).state, counts, ...(what === 'retry' ? { retried } : {}) });
      return EXIT.done;
    }
    if (nothing) {
      const { done, failed } = before;
      const why =
        what === 'retry'
          ? `no trial of ${name} (${id}) has failed`
          : `${name} (${id}) is finished, ${done}/${done + failed} done${failed === 0 ? '' : `, ${failed} failed`}`;
      io.out(`Nothing to ${what}: ${why}.`);
      return EXIT.done;
    }
    const done = { pause: 'Paused', cancel: 'Cancelled', retry: `Queued ${countOf(retried, 'failed trial')} again of` }[
      what
    ];
    io.out(`${done} ${name} (${id}).`);
    if (what === 'pause' || (retried > 0 && counts.running + counts.queued === 0))
      io.out(`To continue: ${resumeCommand(sweep, options)}`);
    return EXIT.done;
  });
}
