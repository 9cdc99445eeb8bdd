/** What a query is about: one sweep, or by default every result on the dataset of the latest sweep. */
import { ScalesweepError } from '../../contract/index.ts';
import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import type { Connection } from '../store/connection.ts';
import { findSweep } from '../store/sweeps.ts';
import { aggregateList, columnList, overSeeds } from '../store/sql.ts';
import { cellFields, cellReader } from './cell-result.ts';
import type { Cells, Scope } from './cells.ts';
import { datasetCells } from './dataset-cells.ts';
import { filterSql, parseFilter, type Condition } from './filter.ts';
import { listedCells } from './listed-cells.ts';
import type { SeedGroup } from '../statistics/index.ts';
import { imagesOf } from './images-of.ts';
import { noiseModel } from './noise.ts';

export interface ScopeOptions {
  /** Id prefix or name of a sweep: only its trials. @defaultValue all results on the latest sweep's dataset */
  readonly sweep?: string | undefined;
  /** Conditions on fields, `width=1,depth>=50`. */
  readonly where?: string | undefined;
}

export interface ResolvedScope {
  readonly connection: Connection;
  readonly scope: Scope;
  readonly dataset: number;
  /** Row number of the sweep, when one was asked for. */
  readonly sweep: number | undefined;
  readonly where: readonly Condition[];
}

/** @throws `NOT_FOUND` for an unknown sweep or an empty store, `USAGE` for a filter that cannot be read. */
export function resolveScope(store: SqliteStore, options: ScopeOptions): ResolvedScope {
  const { connection } = store;
  return guarded(store.file, () => {
    const record = findSweep(connection, options.sweep);
    const row = connection.get<{ n: number; dataset: number | null; key: string | null }>(
      'SELECT s.n, s.dataset, d.key FROM sweeps s LEFT JOIN datasets d ON d.n = s.dataset WHERE s.id = ?',
      record.id,
    );
    if (row === undefined || row.dataset === null || row.key === null) {
      throw new ScalesweepError('NOT_FOUND', `Expected trials in sweep ${record.id} (${record.name}), got none`, {
        hint: `Run its grid again: scalesweep run ${record.gridFile}`,
      });
    }
    const isNarrow = options.sweep !== undefined;
    return {
      connection,
      scope: { dataset: row.key, sweep: isNarrow ? record.id : null },
      dataset: row.dataset,
      sweep: isNarrow ? row.n : undefined,
      where:
        options.where === undefined
          ? []
          : parseFilter(options.where, axisNames(connection, row.dataset), connection.facts),
    };
  });
}

export function cellsOf(resolved: ResolvedScope): Cells {
  const { connection, scope, dataset, sweep, where } = resolved;
  return sweep === undefined
    ? datasetCells(connection, dataset, scope, where)
    : sweepCells(connection, { dataset, sweep }, scope, where);
}

/** Names that the grids of a dataset varied beside the scaling axes. From the distinct forms only: a handful of grids. */
function axisNames(connection: Connection, dataset: number): string[] {
  return connection
    .all<{ name: string }>(
      `SELECT DISTINCT key AS name FROM (SELECT DISTINCT axes FROM cells WHERE dataset = ?) forms, json_each(forms.axes) ORDER BY key`,
      dataset,
    )
    .map((row) => row.name);
}

/** Means over the seeds that the sweep itself holds. */
function sweepCells(
  connection: Connection,
  { dataset, sweep }: { dataset: number; sweep: number },
  scope: Scope,
  where: readonly Condition[],
): Cells {
  const { facts } = connection;
  const filter = filterSql(where, facts);
  const rows = connection.all(
    `WITH measured AS (
       SELECT c.n, ${columnList([...facts.scaling, ...facts.costs], (column) => `c.${column}`)}, c.axes,
         ${aggregateList(overSeeds(facts), 't.')}, count(t.minival_top1) AS seeds,
         count(*) FILTER (WHERE t.state = 'failed') AS failed_seeds,
         sum(t.minival_top1 * t.minival_top1) - count(t.minival_top1) * avg(t.minival_top1) * avg(t.minival_top1) AS ss
       FROM sweep_trials w JOIN trials t ON t.n = w.trial JOIN cells c ON c.n = t.cell
       WHERE w.sweep = ? AND t.state IN ('done', 'failed') GROUP BY c.n)
     SELECT ${cellFields(facts)}, ss
     FROM measured WHERE minival_top1 IS NOT NULL${filter.sql}`,
    sweep,
    ...filter.values,
  );
  const storedCell = cellReader();
  const groups: SeedGroup[] = [];
  let readingError = 0;
  const list = rows.map(({ ss, ...row }) => {
    const cell = storedCell(row);
    const { epochs, resolution } = cell;
    groups.push({
      axes: JSON.stringify(cell.axes),
      epochs,
      resolution,
      sumOfSquares: Number(ss),
      degreesOfFreedom: cell.seeds - 1,
    });
    readingError = Math.max(readingError, cell.readingError ?? 0);
    return cell;
  });
  return listedCells(list, scope, noiseModel(groups, imagesOf(connection, dataset), readingError), facts);
}
