import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { random } from '../../../contract/index.ts';
import { buildNetwork, dimsOf, elements, type Network } from '../../../models/index.ts';
import { Differentiation } from '../../../compiler/differentiate.ts';
import { portable } from '../../../compiler/lowerings/portable/index.ts';
import { OnnxGraph, type Value } from '../../../compiler/onnx/onnx-graph.ts';
import { dropPathNodes } from '../../../models/index.ts';
import { dropoutMask, dropPathMask } from '../../../worker/loader/dropout.ts';
import { modelOf } from '../../fixtures/trial.ts';

const PASSES = 400;
const BATCH = 8;

describe('masks', () => {
  it('drops at the rate and keeps the mean', () => {
    const mask = new Float32Array(200_000);
    dropoutMask(mask, 0.25, 1, 0);
    const dropped = mask.filter((value) => value === 0).length / mask.length;
    // Four standard errors of a proportion.
    expect(Math.abs(dropped - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / mask.length));
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
  });

  it('gives the stages of the paper 0.04, 0.06, 0.08 and 0.10 of a rate of 0.1', () => {
    const network = buildNetwork(
      modelOf({ family: 'resnet-rs', block: 'bottleneck', depth: 50, resolution: 32, stemPool: 'conv' }),
    );
    const rates = new Map(dropPathNodes(network).map(({ name, share }) => [name.slice(0, 2), 0.1 * share]));
    expect([...rates]).toEqual([0.04, 0.06, 0.08, 0.1].map((rate, i) => [`c${i + 2}`, expect.closeTo(rate, 12)]));
  });

  it('drops each block at its own share of the rate', () => {
    const mask = new Float32Array(2 * 100_000);
    dropPathMask(mask, [0.25, 1], 0.4, 1, 0);
    const dropped = [0, 1].map(
      (block) => mask.subarray(block * 100_000, (block + 1) * 100_000).filter((v) => v === 0).length / 1e5,
    );
    expect(Math.abs(dropped[0]! - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / 1e5));
    expect(Math.abs(dropped[1]! - 0.4)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / 1e5));
  });

  it('is a function of seed and step', () => {
    const draw = (seed: number, step: number) => {
      const mask = new Float32Array(64);
      dropoutMask(mask, 0.5, seed, step);
      return [...mask];
    };
    expect(draw(1, 2)).toEqual(draw(1, 2));
    expect(draw(1, 2)).not.toEqual(draw(1, 3));
    expect(draw(1, 2)).not.toEqual(draw(2, 2));
  });
});

describe('a network with dropout and stochastic depth', () => {
  it.each(['dropout', 'drop-path'] as const)(
    'has with %s the expected logits of the network that does not',
    async (kind) => {
      // Shifts far above zero keep every ReLU after an addition open: between mask and logits all is linear, so that the
      // expectation over masks is the logits without.
      const network = buildNetwork(modelOf({ blocks: [1, 1, 1] }));
      const run = await openForward(network, kind);
      const plain = await run(() => 1);
      const sums = new Float64Array(plain.length);
      const squares = new Float64Array(plain.length);
      for (let pass = 0; pass < PASSES; pass++) {
        const logits = await run((name, size) => {
          const mask = new Float32Array(size);
          if (kind === 'dropout') dropoutMask(mask, 0.3, pass, 0);
          else dropPathMask(mask, [1], 0.3, pass, 0);
          return mask;
        });
        logits.forEach((value, i) => {
          sums[i]! += value;
          squares[i]! += value ** 2;
        });
      }
      for (const [i, expected] of plain.entries()) {
        const mean = sums[i]! / PASSES;
        const error = Math.sqrt(Math.max(0, squares[i]! / PASSES - mean ** 2) / PASSES);
        expect(error).toBeGreaterThan(0);
        // 24 logits at five standard errors: a false alarm in a hundred thousand runs.
        expect(Math.abs(mean - expected)).toBeLessThan(5 * error);
      }
    },
  );
});

/** Logits of a fixed batch as a function of the masks, with running statistics, the last block's branch alone dropped. */
async function openForward(network: Network, kind: 'dropout' | 'drop-path') {
  const graph = new OnnxGraph();
  const draw = random(3, kind);
  const constant = (shape: readonly number[], value: (i: number) => number): Value =>
    graph.floats(
      Array.from({ length: elements(shape) }, (_, i) => value(i)),
      shape,
    );
  const params = new Map(
    network.nodes.flatMap((node) =>
      node.params.map(
        ({ name, shape }) =>
          [name, constant(shape, () => (name.endsWith('shift') ? 40 : draw.normal() * 0.2))] as const,
      ),
    ),
  );
  const stats = new Map(
    network.nodes
      .filter((node) => node.op.kind === 'norm')
      .flatMap(({ name, shape }) => [
        [`${name}.mean`, constant([shape.channels], () => 0)] as const,
        [`${name}.variance`, constant([shape.channels], () => 1)] as const,
      ]),
  );
  const dropping = network.nodes.filter((node) => node.op.kind === kind).at(-1)!;
  const maskShape = kind === 'dropout' ? [BATCH, ...dimsOf(dropping.shape)] : [BATCH, 1, 1, 1];
  const masks = new Map([[dropping.name, graph.input('mask', maskShape)]]);
  const image = constant([BATCH, 1, 8, 8], () => draw.normal());
  const pass = new Differentiation(network, portable, {
    graph,
    batch: BATCH,
    mode: 'evaluate',
    image,
    params,
    stats,
    masks,
  });
  graph.output('logits', pass.forward(), [BATCH, network.classes]);
  const session = await ort.InferenceSession.create(graph.encode(), { logSeverityLevel: 3 });
  return async (maskOf: (name: string, size: number) => Float32Array | number): Promise<Float32Array> => {
    const size = elements(maskShape);
    const mask = maskOf(dropping.name, size);
    const data = typeof mask === 'number' ? new Float32Array(size).fill(mask) : mask;
    const { logits } = await session.run({ mask: new ort.Tensor('float32', data, maskShape) });
    return logits!.data as Float32Array;
  };
}
