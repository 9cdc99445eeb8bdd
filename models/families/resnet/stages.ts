import { unbuildable } from '../unbuildable.ts';

/** Ten times the deepest published network. */
const MAX_BLOCKS = 1500;

/**
 * The blocks that a spec states instead of a depth of the family's own.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE`
 */
export function statedBlocks(blocks: readonly number[], stages: number): readonly number[] {
  if (blocks.length === stages) return boundedBlocks(blocks);
  throw unbuildable(`expected ${stages} stages in blocks, got ${blocks.length}`);
}

/**
 * A slip of some zeros must not build a graph that fills the memory.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE`
 */
export function boundedBlocks(blocks: readonly number[]): readonly number[] {
  const total = blocks.reduce((sum, count) => sum + count, 0);
  if (total > MAX_BLOCKS) throw unbuildable(`expected at most ${MAX_BLOCKS} blocks, got ${total}`);
  return blocks;
}
