import { EXIT, formatSeconds } from '../../contract/index.ts';
import type { FailureGroup, RunningAttempt, SweepStatus } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { readStore } from '../launch/store-access.ts';
import { countOf, percent } from '../progress/words.ts';

/** `scalesweep status`: where a sweep stands. Never disturbs the process that runs it. */
export async function status(sweep: string | undefined, options: StoreOptions, io: Io): Promise<number> {
  const found = await readStore(options.db, (store) => store.statusOf(store.sweep(sweep).id));
  if (options.json === true) {
    const { counts, workers, failures, etaSeconds, name, state } = found;
    printJson(io, { sweep: found.sweep, name, state, counts, workers, failures, etaSeconds });
  } else io.out(statusText(found));
  return EXIT.done;
}

function statusText({ sweep, name, state, counts, workers, failures, etaSeconds }: SweepStatus): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = Object.entries(counts)
    .filter(([what, count]) => count > 0 && what !== 'done')
    .map(([what, count]) => `${count} ${what}`);
  const lines = [
    `${name} (${sweep}), ${state}: ${counts.done}/${total} trials done${parts.length === 0 ? '' : `, ${parts.join(', ')}`}`,
  ];
  if (etaSeconds !== null && etaSeconds > 0) lines.push(`about ${formatSeconds(etaSeconds)} left`);
  if (workers.length > 0) lines.push('', formatTable(workers, workerColumns(workers)));
  if (failures.length > 0) lines.push('', formatTable(failures, FAILURE_COLUMNS));
  if (workers.length === 0 && counts.planned > 0)
    lines.push(`${countOf(counts.planned, 'trial')} left: scalesweep resume ${sweep}`);
  return lines.join('\n');
}

/** A column for images at a time only where an attempt holds fewer than its batch, to save memory. */
function workerColumns(workers: readonly RunningAttempt[]): readonly Column<RunningAttempt>[] {
  const areSplit = workers.some(({ microBatch }) => microBatch !== null);
  return areSplit ? [...WORKER_COLUMNS, MICRO_BATCH_COLUMN] : WORKER_COLUMNS;
}

const WORKER_COLUMNS: readonly Column<RunningAttempt>[] = [
  { head: 'worker', value: ({ worker }) => worker, align: 'left' },
  { head: 'device', value: ({ device }) => device, align: 'left' },
  { head: 'trial', value: ({ trial }) => trial, align: 'left' },
  { head: 'attempt', value: ({ attempt }) => attempt },
  { head: 'epoch', value: ({ epoch, epochs, state }) => (state === 'queued' ? 'queued' : `${epoch}/${epochs}`) },
  { head: 'minival', value: ({ minivalTop1 }) => percent(minivalTop1) },
];

const MICRO_BATCH_COLUMN: Column<RunningAttempt> = {
  head: 'images at a time',
  value: ({ microBatch }) => microBatch ?? 'all',
};

const FAILURE_COLUMNS: readonly Column<FailureGroup>[] = [
  { head: 'failed', value: ({ trials }) => trials },
  { head: 'cause', value: ({ kind }) => kind, align: 'left' },
  { head: 'message', value: ({ message }) => message.split('\n', 1)[0] ?? '', align: 'left' },
  { head: 'example', value: ({ examples }) => examples[0] ?? '', align: 'left' },
];
