import { boundedBlocks, statedBlocks } from '../resnet/stages.ts';
import type { ResnetSpec } from '../resnet/settings.ts';
import { unbuildable } from '../unbuildable.ts';

const STAGES = 3;

/**
 * Blocks of each stage: equally many, at depth 6n + 2 with basic blocks (He et al. 2016, section 4.2) and 9n + 2 with
 * bottlenecks. `spec.blocks` overrides them.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE` when there is no network of that depth.
 */
export function blocksOf(spec: ResnetSpec): readonly number[] {
  if (spec.blocks !== undefined) return statedBlocks(spec.blocks, STAGES);
  const layers = STAGES * (spec.block === 'bottleneck' ? 3 : 2);
  const perStage = (spec.depth - 2) / layers;
  if (!Number.isInteger(perStage) || perStage < 1) {
    throw unbuildable(`expected a depth of ${layers}n + 2 with ${spec.block} blocks, got ${spec.depth}`);
  }
  return boundedBlocks(Array.from({ length: STAGES }, () => perStage));
}
