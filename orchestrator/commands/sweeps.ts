import { EXIT } from '../../contract/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { standingOf, type Standing } from '../launch/standing.ts';
import { readStore } from '../launch/store-access.ts';
import type { Counts } from '../../results/index.ts';

interface Listed {
  readonly sweep: string;
  readonly name: string;
  readonly standing: Standing;
  readonly counts: Counts;
  readonly source: 'trained' | 'imported';
  readonly dataset: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** `scalesweep sweeps`: what the store holds, the one that ran last first. */
export async function sweeps(options: StoreOptions, io: Io): Promise<number> {
  const listed = await readStore(options.db, (store) => {
    const owner = store.owner();
    return store.sweeps().map((record): Listed => {
      const { id, name, source, facts, createdAt } = record;
      const counts = store.counts(id);
      const standing = standingOf(record, counts, owner);
      return { sweep: id, name, standing, counts, source, dataset: facts?.dataset ?? null, createdAt };
    });
  });
  if (options.json === true) printJson(io, { sweeps: listed });
  else io.out(listed.length === 0 ? 'No sweep is in this store.' : formatTable(listed, COLUMNS, io.width));
  return EXIT.done;
}

const COLUMNS: readonly Column<Listed>[] = [
  { head: 'sweep', value: ({ sweep }) => sweep, align: 'left' },
  { head: 'name', value: ({ name }) => name, align: 'left' },
  { head: 'state', value: ({ standing }) => standing, align: 'left' },
  { head: 'done', value: ({ counts }) => `${counts.done}/${Object.values(counts).reduce((sum, n) => sum + n, 0)}` },
  { head: 'failed', value: ({ counts }) => counts.failed || '-', rank: 2 },
  { head: 'dataset', value: ({ dataset, source }) => dataset ?? source, align: 'left', rank: 1 },
  { head: 'made', value: ({ createdAt }) => new Date(createdAt).toISOString().slice(0, 16).replace('T', ' '), rank: 0 },
];
