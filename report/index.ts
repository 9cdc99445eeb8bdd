/** Loaded when a report is asked for: the plotting library takes longer to load than a query takes to answer. */
import type { SqliteStore, ScopeOptions } from '../results/index.ts';
import type { RenderedFigure, ReportOptions, WrittenReport } from './write-report.ts';

export type { RenderedFigure, ReportOptions, WrittenReport };

/** @throws `NOT_FOUND` for an unknown sweep or an empty store, `STORE_UNWRITABLE` or `DISK_FULL` for the folder. */
export async function writeReport(store: SqliteStore, options: ReportOptions): Promise<WrittenReport> {
  return (await import('./write-report.ts')).writeReport(store, options);
}

/** The page and its figures, not written anywhere. */
export async function renderReport(
  store: SqliteStore,
  options: ScopeOptions = {},
): Promise<{ html: string; figures: RenderedFigure[] }> {
  return (await import('./write-report.ts')).renderReport(store, options);
}
