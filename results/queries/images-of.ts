import type { Connection } from '../store/connection.ts';

/** Images that the cells of a dataset are chosen on, by its row number. `null` for results from elsewhere. */
export function imagesOf(connection: Connection, dataset: number): number | null {
  const row = connection.get<{ images: number }>(
    `SELECT json_extract(p.spec, '$.data.minivalImages') AS images
     FROM cells c JOIN specs p ON p.cell = c.n WHERE c.dataset = ? AND c.minival_top1 IS NOT NULL LIMIT 1`,
    dataset,
  );
  return row?.images ?? null;
}
