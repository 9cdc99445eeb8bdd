/**
 * All cells of a dataset, found through the cost indexes: (dataset, bucket of cost, accuracy falling). One seek gives the
 * most accurate cell of a bucket, so `best` looks into few buckets and `pareto` only into those that rise above the front
 * so far. On a million cells (two cores of a Zen 5): see bench/queries.ts; a plain scan took 54 ms, a window function
 * for the front 668 ms.
 */
import type { CostAxis } from '../../contract/index.ts';
import { bucketOf, UNKNOWN_BUCKET } from '../store/buckets.ts';
import type { Connection, Row, SqlValue } from '../store/connection.ts';
import { capped, columnList, costAxesOf, perFacts, scalingAxesOf } from '../store/sql.ts';
import { cellFields, cellReader, type StoredCell } from './cell-result.ts';
import { byAccuracy, type Cells, type Scope, type Selection } from './cells.ts';
import { filterSql, type Condition } from './filter.ts';
import type { SeedGroup } from '../statistics/index.ts';
import { imagesOf } from './images-of.ts';
import { noiseModel } from './noise.ts';

interface CostColumns {
  readonly cost: string;
  readonly bucket: string;
  readonly index: string;
}

const costColumns = perFacts(
  (facts) =>
    Object.fromEntries(
      capped(facts).map(({ name, column, budget: { bucket, index } }) => [name, { cost: column, bucket, index }]),
    ) as Record<CostAxis, CostColumns>,
);

interface Bucket {
  readonly bucket: number;
  /** Accuracy of the most accurate cell in it. */
  readonly top: number;
}

export function datasetCells(
  connection: Connection,
  dataset: number,
  scope: Scope,
  where: readonly Condition[],
): Cells {
  const { facts } = connection;
  const filter = filterSql(where, facts);
  const fields = cellFields(facts);
  const columns = costColumns(facts);
  const storedCell = cellReader();
  const groups = connection.all<SeedGroup & Row>(
    'SELECT axes, epochs, resolution, ss AS sumOfSquares, df AS degreesOfFreedom FROM seed_noise WHERE dataset = ?',
    dataset,
  );
  const readingError =
    connection.get<{ error: number }>('SELECT reading_error AS error FROM datasets WHERE n = ?', dataset)?.error ?? 0;

  /** Every bucket up to `last` that holds a cell: one seek for the next bucket, one for its top. */
  const buckets = (axis: CostAxis, last: number): Bucket[] => {
    const { bucket, index } = columns[axis];
    const next = `(SELECT c.${bucket} FROM cells c INDEXED BY ${index} WHERE c.dataset = @dataset AND c.minival_top1 IS NOT NULL
      AND c.${bucket} > b.bucket AND c.${bucket} <= @last ORDER BY c.${bucket} LIMIT 1)`;
    return connection.all<Bucket>(
      `WITH RECURSIVE b (bucket) AS (SELECT -1000000 UNION ALL SELECT ${next} FROM b WHERE b.bucket IS NOT NULL)
       SELECT b.bucket, (SELECT c.minival_top1 FROM cells c INDEXED BY ${index} WHERE c.dataset = @dataset
         AND c.minival_top1 IS NOT NULL AND c.${bucket} = b.bucket ORDER BY c.minival_top1 DESC LIMIT 1) AS top
       FROM b WHERE b.bucket > -1000000`,
      { dataset, last },
    );
  };

  const search = ({ budget, axis }: Selection, bucket: number, floor: number, limit: number): StoredCell[] => {
    const { bucket: column, cost, index } = columns[axis];
    const caps = costAxesOf(facts).filter((name) => budget[name] !== undefined);
    const within = caps.map((name) => ` AND ${columns[name].cost} <= ?`).join('');
    const values: SqlValue[] = [
      dataset,
      bucket,
      floor,
      ...caps.map((name) => budget[name] ?? 0),
      ...filter.values,
      limit,
    ];
    return connection
      .all(
        `SELECT ${fields} FROM cells INDEXED BY ${index} WHERE dataset = ? AND ${column} = ? AND minival_top1 >= ?
         ${within}${filter.sql} ORDER BY minival_top1 DESC, ${cost}, n LIMIT ?`,
        ...values,
      )
      .map(storedCell);
  };

  const bucketsUnder = ({ budget, axis }: Selection): Bucket[] =>
    buckets(axis, budget[axis] === undefined ? UNKNOWN_BUCKET : bucketOf(budget[axis])).sort((a, b) => b.top - a.top);

  const mostAccurate = (selection: Selection): StoredCell | undefined => {
    let best: StoredCell | undefined;
    for (const { bucket, top } of bucketsUnder(selection)) {
      if (best !== undefined && top < best.minivalTop1) break;
      const [found] = search(selection, bucket, best?.minivalTop1 ?? 0, 1);
      if (found !== undefined && (best === undefined || byAccuracy(selection.axis)(found, best) < 0)) best = found;
    }
    return best;
  };

  const atLeast = (selection: Selection, minivalTop1: number, limit: number): StoredCell[] => {
    let found: StoredCell[] = [];
    for (const { bucket, top } of bucketsUnder(selection)) {
      const floor = Math.max(minivalTop1, found.length >= limit ? (found.at(-1)?.minivalTop1 ?? 0) : 0);
      if (top < floor) break;
      found = [...found, ...search(selection, bucket, floor, limit)].sort(byAccuracy(selection.axis)).slice(0, limit);
    }
    return found;
  };

  const front = (axis: CostAxis): StoredCell[] => {
    const { bucket: column, cost, index } = columns[axis];
    const numbers: number[] = [];
    let height = -Infinity;
    for (const { bucket, top } of buckets(axis, UNKNOWN_BUCKET - 1)) {
      if (top <= height) continue;
      // Accuracy falls along the rows, so a row belongs to the front when it is cheaper than all rows before it.
      const rows = connection
        .statement(
          `SELECT n, minival_top1 AS top1, ${cost} AS cost FROM cells INDEXED BY ${index}
           WHERE dataset = ? AND ${column} = ? AND minival_top1 > ?${filter.sql} ORDER BY minival_top1 DESC, ${cost}, n`,
        )
        .iterate(dataset, bucket, Math.max(height, -1), ...filter.values);
      let cheapest = Infinity;
      const rising: number[] = [];
      for (const row of rows) {
        const [n, top1, price] = [Number(row.n), Number(row.top1), Number(row.cost)];
        if (price >= cheapest) continue;
        cheapest = price;
        height = Math.max(height, top1);
        rising.push(n);
      }
      numbers.push(...rising.reverse());
    }
    return numbers.map((n) => storedCell(connection.get(`SELECT ${fields} FROM cells WHERE n = ?`, n) ?? {}));
  };

  const range = (axis: CostAxis, low: number, high: number): { from: string; values: SqlValue[] } => {
    const { bucket, cost, index } = columns[axis];
    return {
      from: `FROM cells INDEXED BY ${index} WHERE dataset = ? AND ${bucket} BETWEEN ? AND ? AND ${cost} BETWEEN ? AND ?
        AND minival_top1 IS NOT NULL${filter.sql}`,
      values: [dataset, bucketOf(low), bucketOf(high), low, high, ...filter.values],
    };
  };

  return {
    scope,
    axes: scalingAxesOf(facts),
    noise: noiseModel(groups, imagesOf(connection, dataset), readingError),
    mostAccurate,
    atLeast,
    front,
    hasMoreThan: (limit, axis, low, high) => {
      const { from, values } = range(axis, low, high);
      return connection.get(`SELECT 1 ${from} LIMIT 1 OFFSET ?`, ...values, limit) !== undefined;
    },
    between: (axis, low, high) => {
      const { from, values } = range(axis, low, high);
      return connection.all(`SELECT ${fields} ${from} ORDER BY n`, ...values).map(storedCell);
    },
    all: () =>
      connection
        .all(
          `SELECT ${fields} FROM cells WHERE dataset = ? AND minival_top1 IS NOT NULL${filter.sql}
           ORDER BY ${columnList(facts.scaling)}, n`,
          dataset,
          ...filter.values,
        )
        .map(storedCell),
  };
}
