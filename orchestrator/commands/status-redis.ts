import { EXIT, type RedisAddress } from '../../contract/index.ts';
import { connectRedis } from '../../worker/remote/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { overviewOf, type RedisOverview } from '../dispatch/redis/index.ts';
import { countOf } from '../progress/words.ts';

interface Row {
  readonly worker: string;
  readonly host: string;
  readonly engine: string;
  readonly device: string;
  readonly state: string;
  readonly trial: string | null;
}

/** `scalesweep status --redis`: who serves and what waits, from any machine; no store is needed. */
export async function statusOfRedis(address: RedisAddress, options: JsonOption, io: Io): Promise<number> {
  const redis = await connectRedis(address, { onNotice: io.err });
  try {
    const overview = await overviewOf(redis);
    const rows = overview.workers.flatMap(({ worker, host, engine, lanes }) =>
      lanes.map(({ device, state, trial }): Row => ({ worker, host, engine, device, state, trial })),
    );
    if (options.json === true) printJson(io, { workers: rows, queues: overview.queues });
    else io.out(redisText(rows, overview, io.width));
    return EXIT.done;
  } finally {
    redis.disconnect();
  }
}

function redisText(rows: readonly Row[], { queues, workers }: RedisOverview, width?: number): string {
  const lines = [`${countOf(workers.length, 'worker')}, ${countOf(rows.length, 'device')}`];
  if (rows.length > 0) lines.push(formatTable(rows, COLUMNS, width));
  for (const { engine, waiting, taken } of queues) {
    lines.push(`engine ${engine}: ${countOf(waiting, 'job')} in the queue, ${taken} taken`);
    if (!workers.some((worker) => worker.engine === engine)) lines.push(`  waiting for a worker of engine ${engine}`);
  }
  if (queues.length === 0) lines.push('Nothing is in the queues.');
  return lines.join('\n');
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'worker', value: ({ worker }) => worker, align: 'left' },
  { head: 'host', value: ({ host }) => host, align: 'left', rank: 0 },
  { head: 'engine', value: ({ engine }) => engine, align: 'left' },
  { head: 'device', value: ({ device }) => device, align: 'left' },
  { head: 'state', value: ({ state }) => state, align: 'left' },
  { head: 'trial', value: ({ trial }) => trial ?? '-', align: 'left', rank: 1 },
];
