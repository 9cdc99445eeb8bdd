import { maxPool as plainMaxPool } from '../portable/max-pool.ts';
import type { BlockedRule } from './blocked-rule.ts';
import { viaPlain } from './via-plain.ts';

/** Once per network and only in some: not worth a form of its own, but stated here, since packed images may take it too. */
export const maxPool: BlockedRule<'max-pool'> = viaPlain(plainMaxPool);
