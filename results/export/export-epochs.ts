/** Learning curves out of the store: one row per trial and epoch. */
import { FACTS, type EpochMetrics, type Facts } from '../../contract/index.ts';
import type { ResultRow } from '../result-row.ts';
import { perFacts } from '../store/sql.ts';
import { exportTable, type ExportFormat } from './export-results.ts';
import { field, type TableRow } from './fields.ts';

/** Fields of an epoch's row, in their order. */
const epochFields = perFacts(({ scaling, epochMetrics }) => [
  field('id', 'text', "the trial's id"),
  field('seed', 'integer', '0 to 4294967295'),
  ...scaling.map((axis) => ({ ...axis, nullable: false })),
  field('epoch', 'integer', 'finished epochs'),
  field('step', 'integer', 'finished steps'),
  ...epochMetrics.map(({ name, description }) => ({ ...field(name, 'number', description), nullable: true })),
  field('sweep', 'text', 'as in an exported result'),
]);

/** Curves of the rows' trials as one file's content; a trial without a curve has no row. */
export function exportEpochs(
  rows: readonly ResultRow[],
  curves: ReadonlyMap<string, readonly EpochMetrics[]>,
  format: ExportFormat,
  facts: Facts = FACTS,
): { readonly bytes: Uint8Array; readonly count: number } {
  const fields = epochFields(facts);
  const names = ['id', 'seed', ...facts.scaling.map(({ name }) => name), 'sweep'];
  const table = rows.flatMap((row) => {
    // Without the result's own numbers: those of the same name are the epoch's here.
    const head = Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
    return (curves.get(row.id) ?? []).map((epoch): TableRow => ({ axes: row.axes, ...head, ...epoch }));
  });
  return { bytes: exportTable(table, fields, format), count: table.length };
}
