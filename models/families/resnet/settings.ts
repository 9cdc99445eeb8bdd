/** What the ResNet families let a grid choose. */
import { z } from 'zod';
import { stageBlocks, type SpecOf } from '../registry.ts';

export const resnetSettings = {
  blocks: stageBlocks,
  block: z.enum(['basic', 'bottleneck']).describe('two 3x3 convolutions, or one between two 1x1'),
  baseWidth: z.int().min(1).describe('channels of the first stage at width 1'),
  resnetD: z.boolean().describe('ResNet-D: deep stem, stride on the 3x3, pooled shortcut'),
  stemPool: z
    .enum(['max', 'conv', 'none'])
    .describe('what halves the image after the stem: a 3x3 max pool, a 3x3 stride-2 convolution, or nothing'),
  seRatio: z
    .number()
    .min(0)
    .max(1)
    .describe("hidden width of squeeze-and-excitation over the block's output width; 0 = off"),
  zeroInitLastNorm: z
    .boolean()
    .describe('the last scale of every block starts at 0, so that a block starts as the identity'),
};

export type ResnetSpec = SpecOf<typeof resnetSettings>;
