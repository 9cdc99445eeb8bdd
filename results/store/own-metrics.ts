/** Numbers of the user's trainer, by names that it chose: one column of JSON beside the metrics that every trial has. */
import type { OwnMetrics } from '../../contract/index.ts';

/** In the tables `trials` and `epochs`. */
export const OWN_METRICS = 'own_metrics';

/** For the column; null where there are none. */
export function packOwn(metrics: OwnMetrics | undefined): string | null {
  return metrics === undefined || Object.keys(metrics).length === 0 ? null : JSON.stringify(metrics);
}

/** To be spread into a row: nothing where there are none. */
export function unpackOwn(text: string | null): { metrics?: OwnMetrics } {
  return text === null ? {} : { metrics: JSON.parse(text) as OwnMetrics };
}
