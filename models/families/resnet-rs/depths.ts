import { statedBlocks } from '../resnet/stages.ts';
import type { ResnetSpec } from '../resnet/settings.ts';
import { unbuildable } from '../unbuildable.ts';

/**
 * Blocks per stage of the published depths. 26 and 50-200: He et al. and timm; 270, 350, 420: the released ResNet-RS
 * code; 300, 400: ResNet-RS, appendix E. The names are those of the papers: 270 has 272 layers by the usual count.
 */
const BOTTLENECK_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  26: [2, 2, 2, 2],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
  200: [3, 24, 36, 3],
  270: [4, 29, 53, 4],
  300: [4, 36, 54, 4],
  350: [4, 36, 72, 4],
  400: [6, 48, 72, 6],
  420: [4, 44, 87, 4],
};

const BASIC_DEPTHS: Readonly<Record<number, readonly number[]>> = { 18: [2, 2, 2, 2], 34: [3, 4, 6, 3] };

const STAGES = 4;

/**
 * Blocks of each stage: those of the published network of that depth. `spec.blocks` overrides them.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE` when no network of that depth was published.
 */
export function blocksOf(spec: ResnetSpec): readonly number[] {
  if (spec.blocks !== undefined) return statedBlocks(spec.blocks, STAGES);
  const table = spec.block === 'bottleneck' ? BOTTLENECK_DEPTHS : BASIC_DEPTHS;
  const blocks = table[spec.depth];
  if (blocks !== undefined) return blocks;
  throw unbuildable(`expected a published depth (${Object.keys(table).join(', ')}) or blocks, got depth ${spec.depth}`);
}
