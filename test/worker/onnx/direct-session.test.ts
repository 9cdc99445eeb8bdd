import ort from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import { random } from '../../../contract/index.ts';
import { buildNetwork, dimsOf, elements } from '../../../models/index.ts';
import { openBound } from '../../../worker/engines/onnx/bound-session.ts';
import { DirectSession } from '../../../worker/engines/onnx/direct/direct-session.ts';
import { loadRuntime } from '../../../worker/engines/onnx/direct/library.ts';
import { SharedArena } from '../../../worker/engines/onnx/direct/shared-arena.ts';
import { storedLayoutOf } from '../../../compiler/parameters/stored-layout.ts';
import { blocked } from '../../../compiler/lowerings/blocked/index.ts';
import { portable } from '../../../compiler/lowerings/portable/index.ts';
import { cpuBlock } from '../../../worker/engines/onnx/cpu-block.ts';
import type { Lowering } from '../../../compiler/lowerings/rule.ts';
import { OnnxGraph } from '../../../compiler/onnx/onnx-graph.ts';
import type { Session } from '../../../worker/engines/onnx/session.ts';
import { buildStep } from '../../../compiler/step/step-graph.ts';
import { floatTensor, labelTensor, type CompileOptions } from '../../../worker/engines/onnx/tensors.ts';
import { TrainingVectors } from '../../../worker/engines/onnx/training-vectors.ts';
import { smallNetwork } from './exercise.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

async function openDirect(model: Uint8Array, options?: CompileOptions): Promise<DirectSession> {
  const loaded = await loadRuntime();
  if ('missing' in loaded) throw new Error(`Expected ONNX Runtime's C API on this machine: ${loaded.missing}`);
  return DirectSession.open(loaded.runtime, model, 1, options);
}

/** Two numbers, doubled. */
function doubling(): Uint8Array {
  const graph = new OnnxGraph();
  graph.output('doubled', graph.add('Mul', [graph.input('given', [2]), graph.scalar(2)]), [2]);
  return graph.encode();
}
const given = (): ort.Tensor => floatTensor(Float32Array.of(3, 4), [2]);

const block = await cpuBlock();
const network = buildNetwork({ ...smallNetwork, block: 'bottleneck', resnetD: true, seRatio: 0.25, channels: 3 });
const BATCH = 16;
const lowerings: [string, Lowering][] = [
  ['portable', portable],
  ...(block === 1 ? [] : [['blocked', blocked(network, block, BATCH)] satisfies [string, Lowering]]),
];

/** What three steps make of a training that starts from drawn numbers. */
async function train(lowering: Lowering, open: (model: Uint8Array) => Promise<Session>) {
  const vectors = new TrainingVectors(network, lowering, true);
  const draw = random(1, 'a training');
  const drawn = [...(await vectors.state())].map(([name, values]) => [name, values.map(() => draw.next())] as const);
  vectors.restore(new Map(drawn));
  const options = { batch: BATCH, nesterov: true, ema: true, dropout: false, dropPath: false, inPlace: true };
  const session = await open(buildStep(network, storedLayoutOf(network, lowering), lowering, options));
  const dims = dimsOf(network.nodes[0]!.shape);
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    const images = Float32Array.from({ length: BATCH * elements(dims) }, () => draw.normal());
    const labels = Int32Array.from({ length: BATCH }, () => draw.below(network.classes));
    const measured = { loss: floatTensor(new Float32Array(1), [1]), correct: floatTensor(new Float32Array(1), [1]) };
    const outputs = await session.run(
      {
        image: floatTensor(images, [BATCH, ...dims]),
        label: labelTensor(labels, lowering.loss.labels),
        hyper: floatTensor(Float32Array.of(0.1, 0.9, 1e-3, 0.1, 0.9, 0.5), [6]),
        ...vectors.feeds(),
      },
      { ...measured, ...vectors.fetches() },
    );
    vectors.advance();
    losses.push(...(outputs['loss']!.data as Float32Array), ...(outputs['correct']!.data as Float32Array));
  }
  await session.close();
  return { losses, state: await vectors.state() };
}

describe('a direct session', () => {
  it.each(lowerings)('computes bit by bit what the binding does with all optimisations, %s', async (_, lowering) => {
    const direct = await train(lowering, (model) => openDirect(model, { optimisation: lowering.optimisation }));
    const bound = await train(lowering, (model) => openBound(model, 'cpu', 1));
    expect(direct.losses).toEqual(bound.losses);
    for (const [name, values] of bound.state)
      expect(Buffer.from(direct.state.get(name)!.buffer).equals(Buffer.from(values.buffer)), name).toBe(true);
  });

  it('answers with the tensors that it was given, and with new ones where it was given none', async () => {
    const graph = new OnnxGraph();
    const x = graph.input('x', [2]);
    graph.output('sum', graph.add('Add', [x, x]), [2]);
    graph.output('place', graph.add('ArgMax', [x], { axis: 0, keepdims: 1 }), [1], 'int64');
    const session = await openDirect(graph.encode());
    const sum = floatTensor(new Float32Array(2), [2]);
    const outputs = await session.run({ x: given() }, { sum, place: null });
    expect(outputs['sum']).toBe(sum);
    expect([...(sum.data as Float32Array)]).toEqual([6, 8]);
    expect(outputs['place']).toMatchObject({ type: 'int64', dims: [1] });
    expect([...(outputs['place']!.data as BigInt64Array)]).toEqual([1n]);
    expect([...((await session.run({ x: given() }, { sum: null }))['sum']!.data as Float32Array)]).toEqual([6, 8]);
    await session.close();
  });

  it('writes to small arrays and to views of larger ones, wherever the garbage collector has put them', async () => {
    const session = await openDirect(doubling());
    const all = new Float32Array(8).fill(-1);
    for (let i = 0; i < 200; i++) {
      const doubled = new Float32Array(2);
      const garbage = Array.from({ length: 500 }, (_, at) => new Float32Array(at % 16));
      await session.run({ given: given() }, { doubled: floatTensor(doubled, [2]) });
      expect([...doubled, garbage.length]).toEqual([6, 8, 500]);
    }
    await session.run({ given: given() }, { doubled: floatTensor(all.subarray(3, 5), [2]) });
    expect([...all]).toEqual([-1, -1, -1, 6, 8, -1, -1, -1]);
    await session.close();
  });

  it('leaves timers their turn between two runs', async () => {
    const session = await openDirect(doubling());
    const due = new AbortController();
    setTimeout(() => due.abort(), 1);
    for (let i = 0; i < 1e5 && !due.signal.aborted; i++) await session.run({ given: given() }, { doubled: null });
    expect(due.signal.aborted).toBe(true);
    await session.close();
  });

  it('says of a graph that is none, of a missing input and of an unknown output what the binding says of the first', async () => {
    const nonsense = Buffer.from('no graph at all');
    const [direct, bound] = await Promise.allSettled([openDirect(nonsense), openBound(nonsense, 'cpu', 1)]);
    expect(direct).toEqual(bound);
    expect(bound.status).toBe('rejected');
    const session = await openDirect(doubling());
    await expect(session.run({}, { doubled: null })).rejects.toThrow('Expected a tensor for the input given, got none');
    await expect(session.run({ given: given() }, { halved: null })).rejects.toThrow('halved');
    await session.close();
  });

  const wrong: [string, () => [ort.Tensor, string | RegExp]][] = [
    ['of another shape', () => [floatTensor(new Float32Array(1), [1]), 'invalid dimensions for output: doubled']],
    ['of another rank', () => [floatTensor(new Float32Array(2), [1, 2]), 'Invalid rank for output: doubled']],
    ['of another type', () => [new ort.Tensor('int64', new BigInt64Array(2), [2]), /data type/i]],
    [
      'of a type that no graph has',
      () => [new ort.Tensor('int32', new Int32Array(2), [2]), 'Expected a tensor of float32'],
    ],
    [
      'whose memory has gone elsewhere',
      () => {
        const data = new Float32Array(2);
        const tensor = floatTensor(data, [2]);
        structuredClone(data, { transfer: [data.buffer] });
        return [tensor, 'Expected 2 numbers of float32 for doubled [2], got 0'];
      },
    ],
    [
      'that claims more than it has',
      () => {
        const dims = [2];
        const tensor = floatTensor(new Float32Array(2), dims);
        (tensor.dims as number[])[0] = 1000;
        return [tensor, 'Expected 1000 numbers of float32 for doubled [1000], got 2'];
      },
    ],
  ];
  it.each(wrong)('refuses to write to a tensor %s', async (_, make) => {
    const session = await openDirect(doubling());
    const [tensor, said] = make();
    await expect(session.run({ given: given() }, { doubled: tensor })).rejects.toThrow(said);
    // And is as good as before.
    const { doubled } = await session.run({ given: given() }, { doubled: null });
    expect([...(doubled!.data as Float32Array)]).toEqual([6, 8]);
    await session.close();
  });

  it('sees new numbers in a tensor that it knows, and another tensor in its place', async () => {
    const session = await openDirect(doubling());
    const [numbers, doubled] = [Float32Array.of(1, 2), floatTensor(new Float32Array(2), [2])];
    const known = floatTensor(numbers, [2]);
    const run = async (tensor: ort.Tensor): Promise<number[]> => {
      await session.run({ given: tensor }, { doubled });
      return [...(doubled.data as Float32Array)];
    };
    expect(await run(known)).toEqual([2, 4]);
    numbers.set([5, 6]);
    expect(await run(known)).toEqual([10, 12]);
    expect(await run(given())).toEqual([6, 8]);
    expect(await run(known)).toEqual([10, 12]);
    session.forget();
    session.forget();
    expect(await run(known)).toEqual([10, 12]);
    await session.close();
  });

  it('takes outputs in another order, and fewer of them', async () => {
    const graph = new OnnxGraph();
    const x = graph.input('x', [2]);
    graph.output('sum', graph.add('Add', [x, x]), [2]);
    graph.output('product', graph.add('Mul', [x, x]), [2]);
    const session = await openDirect(graph.encode());
    const [sum, product] = [floatTensor(new Float32Array(2), [2]), floatTensor(new Float32Array(2), [2])];
    for (const fetches of [{ sum, product }, { product, sum }, { product }, { sum: null, product }]) {
      for (const { data } of [sum, product]) (data as Float32Array).fill(0);
      const outputs = await session.run({ x: given() }, fetches);
      expect([...(outputs['product']!.data as Float32Array)]).toEqual([9, 16]);
      if ('sum' in fetches) expect([...(outputs['sum']!.data as Float32Array)]).toEqual([6, 8]);
    }
    await session.close();
  });

  it('refuses a tensor that it knows when its memory has gone elsewhere', async () => {
    const session = await openDirect(doubling());
    const numbers = Float32Array.of(1, 2);
    const known = floatTensor(numbers, [2]);
    await session.run({ given: known }, { doubled: null });
    structuredClone(numbers, { transfer: [numbers.buffer] });
    await expect(session.run({ given: known }, { doubled: null })).rejects.toThrow('Expected 2 numbers of float32');
    await session.close();
  });

  it('refuses an input of another shape', async () => {
    const session = await openDirect(doubling());
    const three = floatTensor(new Float32Array(3), [3]);
    await expect(session.run({ given: three }, { doubled: null })).rejects.toThrow(/dimension/i);
    await session.close();
  });

  it('may be closed twice, and is not run afterwards', async () => {
    const session = await openDirect(doubling());
    await session.close();
    await session.close();
    await expect(session.run({ given: given() }, { doubled: null })).rejects.toThrow('Expected an open session');
  });

  it('runs beside another thread that shares an arena of its own, and after it', async () => {
    const loaded = await loadRuntime();
    if ('missing' in loaded) throw new Error(loaded.missing);
    const session = await openDirect(doubling());
    const theirs = new SharedArena(loaded.runtime.api, loaded.runtime.env);
    theirs.enter();
    theirs.leave();
    const later = await openDirect(doubling());
    for (const each of [session, later]) {
      const { doubled } = await each.run({ given: given() }, { doubled: null });
      expect([...(doubled!.data as Float32Array)]).toEqual([6, 8]);
      await each.close();
    }
  });

  it('finds its arena again when all others have gone, or one could not be opened', async () => {
    for (let round = 0; round < 3; round++) {
      await expect(openDirect(Buffer.from('no graph at all'))).rejects.toThrow();
      const session = await openDirect(doubling());
      const { doubled } = await session.run({ given: given() }, { doubled: null });
      expect([...(doubled!.data as Float32Array)]).toEqual([6, 8]);
      await session.close();
    }
  });
});
