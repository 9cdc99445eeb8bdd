import { isOwnModel, type ModelSpec } from '../../contract/index.ts';
import type { Network } from '../graph.ts';
import { familyOf, type SpecOf, type Settings } from './registry.ts';
import { unbuildable } from './unbuildable.ts';

/**
 * The graph of a network, as its family builds it.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE` with the reason.
 */
export function buildNetwork(spec: ModelSpec): Network {
  if (isOwnModel(spec))
    throw unbuildable(`expected a family of this program, got ${spec.family}, which only its trainer knows`);
  return familyOf(spec.family).build(spec as SpecOf<Settings>);
}
