/** Operations and variants that no family of the project uses yet, in every lowering, against PyTorch and against each other. */
import { describe, expect, it } from 'vitest';
import { chooseLayout, layoutIn, onDevice } from '../../../compiler/index.ts';
import { blocked } from '../../../compiler/lowerings/blocked/index.ts';
import { portable } from '../../../compiler/lowerings/portable/index.ts';
import { definitionOf, inputShapes, networkCost, ops, type Network } from '../../../models/index.ts';
import { chooseLowering } from '../../../worker/engines/onnx/choose-lowering.ts';
import { cpuBlock } from '../../../worker/engines/onnx/cpu-block.ts';
import { relativeError } from '../../worker/onnx/exercise.ts';
import { openTensorflowTrainer } from '../../worker/tensorflow/open.ts';
import { gradientsFromTorch, torchMissing } from '../../worker/torch/torch.ts';
import { clipNetwork, mixedNetwork, narrowNetwork } from './networks.ts';
import { drawnStart, gradientErrors, stepOf } from './step-of.ts';

const block = await cpuBlock();
const images = mixedNetwork([9, 8], 'swish');

const networks: [string, Network][] = [
  ['swish, depthwise and grouped convolutions', images],
  ['the same on a line', mixedNetwork([12], 'swish')],
  ['the same on clips', mixedNetwork([5, 6, 7], 'swish')],
  ['pools and kernels that differ by axis, on clips', clipNetwork()],
];
const onImages = networks.filter(([, { nodes }]) => nodes[0]!.shape.spatial.length === 2);

function expectAlike(network: Network, ours: Float32Array, theirs: Float32Array): void {
  for (const [name, error] of gradientErrors(network, ours, theirs)) expect(error, name).toBeLessThan(1e-4);
}

describe('operations beyond those of the ResNet families', () => {
  describe.skipIf(torchMissing() !== undefined && process.env['CI'] === undefined)('against PyTorch', () => {
    it.each(networks)('gradients of %s', async (_, network) => {
      const start = drawnStart(network, 6, 3);
      const torch = gradientsFromTorch(network, start);
      for (const lowering of [portable, onDevice]) {
        const { gradients } = await stepOf(network, start, { lowering, reason: 'test' });
        expectAlike(network, gradients, torch);
      }
    });
  });

  describe.skipIf(block === 1)('in the blocked lowering', () => {
    const same = async (network: Network, batch: number): Promise<void> => {
      const start = drawnStart(network, batch, 4);
      const theirs = await stepOf(network, start, { lowering: portable, reason: 'test' });
      const ours = await stepOf(network, start, { lowering: blocked(network, block, batch), reason: 'test' });
      expect(Math.abs(ours.loss / theirs.loss - 1)).toBeLessThan(1e-5);
      expectAlike(network, ours.gradients, theirs.gradients);
      expect(relativeError(ours.evaluation, theirs.evaluation)).toBeLessThan(1e-4);
    };

    it.each(onImages)('gradients of %s', async (_, network) => {
      for (const batch of [block, 8 * block]) await same(network, batch);
    });

    it('gradients of swish in packed images', async () => {
      const network = narrowNetwork();
      expect(Math.max(...layoutIn(network, block, 8 * block).packing)).toBe(block / 4);
      await same(network, 8 * block);
    });
  });

  it.each(onImages)('gradients of %s in TensorFlow.js', async (_, network) => {
    const start = drawnStart(network, 4, 5);
    const theirs = await stepOf(network, start, { lowering: portable, reason: 'test' });
    const ours = await stepOf(network, start, undefined, openTensorflowTrainer);
    expectAlike(network, ours.gradients, theirs.gradients);
    expect(relativeError(ours.evaluation, theirs.evaluation)).toBeLessThan(1e-3);
  });

  it('leave none untested: dropout and stochastic depth are, with the ResNet families', () => {
    const used = networks.flatMap(([, { nodes }]) => nodes.map(({ op }) => op.kind));
    expect(new Set([...used, 'dropout', 'drop-path'])).toEqual(new Set(Object.keys(ops)));
  });

  it('are named in the record of the choice, and keep images from being packed', () => {
    const { reason, packing, plainNodes } = chooseLayout(images, 'cpu', 128, 16);
    expect(reason).toContain('without a blocked rule, so computed in the plain layout: 3 x grouped conv');
    expect(new Set(packing)).toEqual(new Set([1]));
    expect([...plainNodes].map((id) => images.nodes[id]!.name)).toEqual([
      'a.depthwise.conv',
      'b.grouped.conv',
      'c.strided.conv',
    ]);
  });

  it('are trained in the plain layout on clips', async () => {
    const { lowering, reason } = await chooseLowering(networks[2]![1], 'cpu', 128, 16);
    expect(lowering.layout).toBe('portable');
    expect(reason).toBe('the blocked layout is for 2 spatial axes, the network has 3');
  });

  it('cost what their groups leave', () => {
    const node = images.nodes.find(({ name }) => name === 'b.grouped.conv')!;
    // 5 x 4 positions, 32 filters, each over 8 channels of 3 x 3.
    expect(definitionOf(node.op).flops!(node.op, inputShapes(images, node), node.shape)).toBe(2 * 20 * 32 * 8 * 9);
    expect(node.params[0]!.shape).toEqual([32, 8, 3, 3]);
    expect(networkCost(images).stages.at(-1)!.output).toEqual([5, 1, 1]);
  });
});
