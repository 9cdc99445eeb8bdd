import { EXIT, ScalesweepError, type RedisAddress } from '../../contract/index.ts';
import type { FailureGroup, RunningAttempt, StoreOwner, SweepRecord, SweepStatus } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { resumeCommand } from '../launch/command-line.ts';
import { standingOf, standingText, type Standing } from '../launch/standing.ts';
import { readStore } from '../launch/store-access.ts';
import { countOf, leftWords, percent } from '../progress/words.ts';

export interface StatusOptions extends StoreOptions {
  /** Asks this Redis instead of a store. */
  readonly redis?: RedisAddress;
}

interface Found extends SweepStatus {
  readonly record: SweepRecord;
  readonly standing: Standing;
  readonly owner: StoreOwner | undefined;
}

/** `scalesweep status`: where a sweep stands. Never disturbs the process that runs it. */
export async function status(sweep: string | undefined, options: StatusOptions, io: Io): Promise<number> {
  if (options.redis !== undefined) {
    if (sweep !== undefined)
      throw new ScalesweepError('USAGE', `Expected a sweep or --redis, got both`, {
        hint: 'Redis knows workers and queues; the trials of a sweep are in the store: leave --redis out.',
      });
    return (await import('./status-redis.ts')).statusOfRedis(options.redis, options, io);
  }
  const found = await readStore(options.db, (store) => {
    const record = store.sweep(sweep);
    const status = store.statusOf(record.id, 0, Date.now());
    const owner = store.owner();
    return { ...status, record, owner, standing: standingOf(record, status.counts, owner) };
  });
  if (options.json === true) {
    const { counts, workers, failures, name, state, standing, owner } = found;
    printJson(io, {
      sweep: found.sweep,
      name,
      state,
      standing,
      counts,
      workers,
      failures,
      etaSeconds: etaOf(found),
      orchestrator: owner === undefined ? null : { pid: owner.pid, host: owner.host, isAlive: owner.isAlive },
      waitsFor: standing === 'waiting' ? (owner?.waitsFor ?? null) : null,
    });
  } else io.out(statusText(found, options, io.width));
  return EXIT.done;
}

/** Time left passes only while somebody trains. */
function etaOf({ standing, etaSeconds }: Found): number | null {
  return standing === 'running' || standing === 'done' ? etaSeconds : null;
}

function statusText(found: Found, options: StatusOptions, width?: number): string {
  const { sweep, name, counts, workers, failures, standing, owner } = found;
  const lines = [`${name} (${sweep}), ${standingText(standing, counts, owner)}`];
  const eta = etaOf(found);
  if (eta !== null && standing !== 'done') lines.push(`about ${leftWords(eta)}`);
  if (workers.length > 0) lines.push('', formatTable(workers, workerColumns(workers), width));
  if (failures.length > 0) lines.push('', formatTable(failures, failureColumns(width), width));
  const left = counts.planned + counts.queued + counts.running;
  if (left > 0 && ['interrupted', 'stopped', 'paused'].includes(standing))
    lines.push(`${countOf(left, 'trial')} left: ${resumeCommand(found.record, options)}`);
  return lines.join('\n');
}

/** A column for images at a time only where an attempt holds fewer than its batch, to save memory. */
function workerColumns(workers: readonly RunningAttempt[]): readonly Column<RunningAttempt>[] {
  const areSplit = workers.some(({ microBatch }) => microBatch !== null);
  return areSplit ? [...WORKER_COLUMNS, MICRO_BATCH_COLUMN] : WORKER_COLUMNS;
}

/** Over Redis nobody knows who takes an attempt before it has started. */
const isWaiting = ({ state, startedAt }: RunningAttempt): boolean => state === 'queued' && startedAt === null;

const WORKER_COLUMNS: readonly Column<RunningAttempt>[] = [
  { head: 'worker', value: (one) => (isWaiting(one) && one.worker === 'redis' ? '-' : one.worker), align: 'left' },
  { head: 'device', value: (one) => (isWaiting(one) && one.worker === 'redis' ? '-' : one.device), align: 'left' },
  { head: 'trial', value: ({ trial }) => trial, align: 'left' },
  { head: 'attempt', value: ({ attempt }) => attempt, rank: 1 },
  { head: 'epoch', value: ({ epoch, epochs, state }) => (state === 'queued' ? 'queued' : `${epoch}/${epochs}`) },
  { head: 'minival', value: ({ minivalTop1 }) => percent(minivalTop1), rank: 2 },
];

const MICRO_BATCH_COLUMN: Column<RunningAttempt> = {
  head: 'images at a time',
  value: ({ microBatch }) => microBatch ?? 'all',
  rank: 0,
};

/** Without a terminal, characters of a line. */
const LINE = 100;
/** What the other columns of failures take. */
const OTHERS = 50;

/** The message is cut to what the line has left: `scalesweep show TRIAL` has it whole. */
function failureColumns(width = LINE): readonly Column<FailureGroup>[] {
  const room = Math.max(20, width - OTHERS);
  return [
    { head: 'failed', value: ({ trials }) => trials },
    { head: 'cause', value: ({ kind }) => kind, align: 'left' },
    { head: 'message', value: ({ message }) => shortened(message.split('\n', 1)[0] ?? '', room), align: 'left' },
    { head: 'example', value: ({ examples }) => examples[0] ?? '', align: 'left', rank: 1 },
  ];
}

const shortened = (text: string, room: number): string => (text.length <= room ? text : `${text.slice(0, room - 1)}…`);
