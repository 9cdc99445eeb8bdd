import type { ModelSpec } from '../../contract/index.ts';
import { families } from '../../models/index.ts';

/** Images per step of a probe: a multiple of every block. */
export const PROBE_BATCH = 32;

/** The networks that the families have timed, in their order: the most informative of each come first. */
export const PROBES: readonly ModelSpec[] = families().flatMap(({ probes = [] }) => probes);
