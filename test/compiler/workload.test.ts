import { describe, expect, it } from 'vitest';
import type { ModelSpec } from '../../contract/index.ts';
import { buildNetwork, networkCost, type Network } from '../../models/index.ts';
import { OPERATION_CLASSES, workloadOf, type ValueLayout } from '../../compiler/index.ts';
import { modelOf } from '../fixtures/trial.ts';

const model: ModelSpec = modelOf({ baseWidth: 16, resolution: 12, seRatio: 0.25, resnetD: true });

const in16 = ({ nodes }: Network, images = 1): ValueLayout => ({
  block: 16,
  packing: nodes.map(() => images),
  plainNodes: new Set(),
});

describe('the workload of a network', () => {
  it('counts the multiplications that the cost counts, twice a FLOP, when no channel is rounded up', () => {
    const network = buildNetwork(model);
    const { wideMultiplications, pointMultiplications } = workloadOf(network, 1);
    expect(2 * (wideMultiplications + pointMultiplications)).toBe(networkCost(network).flops);
  });

  it('is proportional to the batch, but for what a step, a node and a parameter cost', () => {
    const network = buildNetwork(model);
    const [one, eight] = [workloadOf(network, 1), workloadOf(network, 8)];
    for (const name of OPERATION_CLASSES) {
      const isFixed = name === 'step' || name === 'node' || name === 'parameters';
      expect(eight[name], name).toBe(isFixed ? one[name] : 8 * one[name]);
    }
  });

  it('rounds channels up to blocks, those of the image excepted', () => {
    const narrow = buildNetwork(modelOf({ baseWidth: 4 }));
    const wide = buildNetwork(modelOf({ baseWidth: 16 }));
    const [rounded, whole] = [workloadOf(narrow, 4, in16(narrow)), workloadOf(wide, 4, in16(wide))];
    // 4, 8 and 16 channels become 16, 16 and 16, where the wide network has 16, 32 and 64.
    expect(rounded.wideMultiplications).toBeLessThan(whole.wideMultiplications);
    expect(rounded.wideMultiplications).toBeGreaterThan(workloadOf(narrow, 4).wideMultiplications);
    expect(workloadOf(wide, 4, in16(wide))).toEqual(workloadOf(wide, 4));
  });

  it('has an image take its share of a block, and multiply the zeros of those beside it', () => {
    const network = buildNetwork(modelOf({ baseWidth: 4 }));
    const one = { ...network, nodes: network.nodes.slice(0, 5) };
    const plain = workloadOf(one, 4);
    const four = workloadOf(one, 4, in16(one, 4));
    expect(four).toEqual({ ...plain, wideMultiplications: 4 * plain.wideMultiplications });
  });

  it.each<[string, Partial<ModelSpec>]>([
    ['deeper', { depth: 14 }],
    ['wider', { width: 2 }],
    ['at a higher resolution', { resolution: 16 }],
  ])('never shrinks in any class when the network is %s', (_, change) => {
    const [small, large] = [model, { ...model, ...change }].map((spec) => workloadOf(buildNetwork(spec), 8));
    for (const name of OPERATION_CLASSES) expect(large![name], name).toBeGreaterThanOrEqual(small![name]);
    expect(large!.wideMultiplications).toBeGreaterThan(small!.wideMultiplications);
  });
});
