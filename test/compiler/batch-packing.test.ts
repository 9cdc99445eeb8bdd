import { describe, expect, it } from 'vitest';
import type { ModelSpec } from '../../contract/index.ts';
import { buildNetwork } from '../../models/index.ts';
import { layoutIn } from '../../compiler/index.ts';
import { smallNetwork } from '../worker/onnx/exercise.ts';

/** Images in a block by stage. */
function byStage(change: Partial<ModelSpec>, block: number, batch: number): Record<string, number> {
  const network = buildNetwork({ ...smallNetwork, ...change });
  const packing = layoutIn(network, block, batch).packing;
  return Object.fromEntries(network.nodes.map(({ id, stage }) => [stage, packing[id]!]));
}

describe('batch packing', () => {
  it.each<[string, Partial<ModelSpec>]>([
    ['plain', {}],
    ['ResNet-D with SE', { resnetD: true, seRatio: 0.25, channels: 3 }],
    ['a network for photographs', { family: 'resnet-rs', blocks: [1, 1, 1, 1], resolution: 32, resnetD: true }],
  ])('unpacks in convolutions alone: %s', (_, change) => {
    const { nodes } = buildNetwork({ ...smallNetwork, width: 0.125, ...change });
    const packing = layoutIn({ nodes, classes: 5 }, 16, 128).packing;
    expect(Math.max(...packing)).toBeGreaterThan(1);
    for (const { id, op, inputs } of nodes)
      if (op.kind !== 'conv') for (const input of inputs) expect(packing[input]).toBe(packing[id]);
  });

  it.each<[string, Partial<ModelSpec>, number, number, readonly number[]]>([
    ['one where its channels fill a block', {}, 16, 128, [1, 1, 1]],
    ['two where they fill half of it', { width: 0.5 }, 16, 128, [2, 1, 1]],
    ['fewer with every stage, none in the last', { width: 0.125 }, 16, 128, [8, 4, 1]],
    ['no more than the channels leave room for', { width: 0.3 }, 16, 128, [2, 1, 1]],
    ['no more than the batch has blocks of images for', { width: 0.125 }, 16, 32, [2, 2, 1]],
    ['as many as go into a batch that is no power of two', { width: 0.25 }, 16, 96, [2, 2, 1]],
    ['one in a batch of an odd number of blocks', { width: 0.25 }, 16, 48, [1, 1, 1]],
    ['two in a narrower block', { width: 0.25 }, 8, 16, [2, 1, 1]],
    ['one in the plain layout', { width: 0.25 }, 1, 128, [1, 1, 1]],
    ['one where a bottleneck widens at full size', { width: 0.5, block: 'bottleneck' }, 16, 128, [1, 1, 1]],
  ])('%s', (_, change, block, batch, expected) => {
    const { c2, c3, c4 } = byStage(change, block, batch);
    expect([c2, c3, c4]).toEqual(expected);
  });
});
