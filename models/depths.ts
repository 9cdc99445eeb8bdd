import { ScalesweepError, type ModelSpec } from '../contract/index.ts';

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

const SMALL_STAGES = 3;

/** Ten times the deepest published network. */
const MAX_BLOCKS = 1500;

/**
 * Blocks of each stage.
 *
 * `resnet-rs` looks its depth up; `resnet-rs-small` has three equal stages, depth 6n + 2 with basic blocks (He et al.
 * 2016, section 4.2) and 9n + 2 with bottlenecks. `spec.blocks` overrides both.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE` when the family has no network of that depth.
 */
export function blocksOf(spec: ModelSpec): readonly number[] {
  const stages = spec.family === 'resnet-rs' ? 4 : SMALL_STAGES;
  if (spec.blocks !== undefined) {
    if (spec.blocks.length === stages) return bounded(spec.blocks);
    throw unbuildable(`expected ${stages} stages in blocks, got ${spec.blocks.length}`);
  }
  if (spec.family === 'resnet-rs') {
    const table = spec.block === 'bottleneck' ? BOTTLENECK_DEPTHS : BASIC_DEPTHS;
    const blocks = table[spec.depth];
    if (blocks !== undefined) return blocks;
    throw unbuildable(
      `expected a published depth (${Object.keys(table).join(', ')}) or blocks, got depth ${spec.depth}`,
    );
  }
  const layersPerBlock = spec.block === 'bottleneck' ? 3 : 2;
  const perStage = (spec.depth - 2) / (SMALL_STAGES * layersPerBlock);
  if (!Number.isInteger(perStage) || perStage < 1) {
    throw unbuildable(
      `expected a depth of ${SMALL_STAGES * layersPerBlock}n + 2 with ${spec.block} blocks, got ${spec.depth}`,
    );
  }
  return bounded(Array.from({ length: SMALL_STAGES }, () => perStage));
}

/** A slip of some zeros must not build a graph that fills the memory. */
function bounded(blocks: readonly number[]): readonly number[] {
  const total = blocks.reduce((sum, count) => sum + count, 0);
  if (total > MAX_BLOCKS) throw unbuildable(`expected at most ${MAX_BLOCKS} blocks, got ${total}`);
  return blocks;
}

export function unbuildable(rule: string): ScalesweepError {
  return new ScalesweepError('MODEL_UNBUILDABLE', `Network cannot be built: ${rule}`);
}
