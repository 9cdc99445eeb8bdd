import type { ModelSpec } from '../../contract/index.ts';
import type { Network } from '../graph.ts';
import { familyOf } from './index.ts';

/**
 * The graph of a network, as its family builds it.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE` with the reason.
 */
export function buildNetwork(spec: ModelSpec): Network {
  return familyOf(spec.family).build(spec);
}
