import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../../../models/index.ts';
import { chooseLowering } from '../../../worker/engines/onnx/choose-lowering.ts';
import { cpuBlock } from '../../../worker/engines/onnx/cpu-block.ts';
import { smallNetwork } from './exercise.ts';

describe('chooseLowering', () => {
  const network = buildNetwork(smallNetwork);

  it.each([
    ['takes blocks where the channels fill them', network, 'cpu', 128, 16, 'blocked-16', '1.00 times'],
    ['takes smaller blocks where the CPU has those', network, 'cpu', 24, 8, 'blocked-8', '1.00 times'],
    ['stays plain on a GPU', network, 'webgpu:0', 128, 16, 'portable', 'webgpu:0'],
    ['stays plain on a CPU without blocks', network, 'cpu', 128, 1, 'portable', 'no blocked layout'],
    ['stays plain for a batch that fills no blocks', network, 'cpu', 100, 16, 'portable', 'batch of 100'],
    [
      'stays plain where most of a block would be padding',
      buildNetwork({ ...smallNetwork, width: 0.25 }),
      'cpu',
      16,
      16,
      'portable',
      '8.1 times the multiplications',
    ],
    [
      'lets images share blocks that one of them would fill with padding',
      buildNetwork({ ...smallNetwork, width: 0.25 }),
      'cpu',
      128,
      16,
      'blocked-16',
      'of up to 4 images where channels are few, take',
    ],
  ] as const)('%s', async (_, given, device, batch, block, layout, reason) => {
    const choice = await chooseLowering(given, device, batch, block);
    expect(choice.lowering.layout).toBe(layout);
    expect(choice.reason).toContain(reason);
  });

  it('finds the block of this CPU, the same one every time', async () => {
    const block = await cpuBlock();
    expect([1, 4, 8, 16, 32]).toContain(block);
    expect(await cpuBlock()).toBe(block);
  });
});
