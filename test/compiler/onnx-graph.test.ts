import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { OnnxGraph } from '../../compiler/onnx/onnx-graph.ts';

async function run(graph: OnnxGraph, x: number[]): Promise<Record<string, number[]>> {
  const session = await ort.InferenceSession.create(graph.encode(), { logSeverityLevel: 3 });
  try {
    const results = await session.run({ x: new ort.Tensor('float32', Float32Array.from(x), [x.length]) });
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, [...(data as Float32Array)]]));
  } finally {
    await session.release();
  }
}

describe('OnnxGraph', () => {
  it('writes a deferred value once, however often it is read', async () => {
    const graph = new OnnxGraph();
    const x = graph.input('x', [2]);
    let written = 0;
    const doubled = graph.defer(() => {
      written++;
      return graph.add('Add', [x, x]);
    });
    expect(written).toBe(0);
    graph.output('y', graph.add('Mul', [doubled, doubled]), [2]);
    graph.output('z', doubled, [2]);
    expect(written).toBe(1);
    expect(await run(graph, [1, 3])).toEqual({ y: [4, 36], z: [2, 6] });
  });

  it('leaves out a deferred value that nothing reads', async () => {
    const graph = new OnnxGraph();
    const x = graph.input('x', [1]);
    graph.defer(() => {
      throw new Error('was read');
    });
    graph.output('y', graph.add('Neg', [x]), [1]);
    expect(await run(graph, [2])).toEqual({ y: [-2] });
  });

  it('names a value that other operations read too, twice if asked, and an input', async () => {
    const graph = new OnnxGraph();
    const x = graph.input('x', [1]);
    const negative = graph.add('Neg', [x]);
    graph.output('a', negative, [1]);
    graph.output('b', negative, [1]);
    graph.output('c', graph.add('Exp', [graph.add('Add', [negative, x])]), [1]);
    graph.output('d', x, [1]);
    expect(await run(graph, [2])).toEqual({ a: [-2], b: [-2], c: [1], d: [2] });
  });
});
