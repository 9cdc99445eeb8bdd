import ort from './runtime.ts';
import { OnnxGraph, NCHWC } from '../../../compiler/index.ts';

/** Divisible by every block there is. */
const CHANNELS = 64;

let probed: Promise<number> | undefined;

/**
 * Channels that ONNX Runtime's blocked layout keeps together on this CPU: 16 with AVX-512, 8 with AVX2. 1 where it has
 * no such layout. Found out by a reordering of numbers that say where they came from, once per process.
 */
export function cpuBlock(): Promise<number> {
  probed ??= probe().catch(() => 1);
  return probed;
}

async function probe(): Promise<number> {
  const graph = new OnnxGraph();
  const shape = [1, CHANNELS, 1, 2];
  graph.output('blocked', graph.add('ReorderInput', [graph.input('plain', shape)], {}, NCHWC), shape);
  const session = await ort.InferenceSession.create(graph.encode(), { logSeverityLevel: 4 });
  try {
    // Channel c, pixel p holds 2 c + p: the first odd number is where the first pixel's channels end.
    const plain = Float32Array.from({ length: 2 * CHANNELS }, (_, i) => i);
    const { blocked } = await session.run({ plain: new ort.Tensor('float32', plain, shape) });
    const block = (blocked!.data as Float32Array).findIndex((value) => value % 2 === 1);
    return CHANNELS % block === 0 ? block : 1;
  } finally {
    await session.release();
  }
}
