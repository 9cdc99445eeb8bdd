/** What the ResNet families let a grid choose. */
import { z } from 'zod';
import { stageBlocks, type SpecOf } from '../registry.ts';

export const resnetSettings = {
  /** Blocks per stage, where the depth is not one of the family's own. */
  blocks: stageBlocks,
  block: z.enum(['basic', 'bottleneck']),
  /** Channels of the first stage at width 1. */
  baseWidth: z.int().min(1),
  /** ResNet-D: deep stem, stride on the 3x3, pooled shortcut. */
  resnetD: z.boolean(),
  /** What halves the image after the stem: a 3x3 max pool, a 3x3 stride-2 convolution, or nothing. */
  stemPool: z.enum(['max', 'conv', 'none']),
  /** Hidden width of squeeze-and-excitation over the block's output width; 0 = off. */
  seRatio: z.number().min(0).max(1),
  zeroInitLastNorm: z.boolean(),
};

export type ResnetSpec = SpecOf<typeof resnetSettings>;
