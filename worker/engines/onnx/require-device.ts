import { OnnxGraph } from '../../../compiler/index.ts';
import { openSession } from './session.ts';
import { floatTensor } from './tensors.ts';

/** Devices that this process has seen at work. */
const seen = new Set<string>(['cpu']);

/**
 * Has a device double two numbers, before a dataset is opened for its sake.
 *
 * @throws {ScalesweepError} `DEVICE_UNAVAILABLE`, with what to install
 */
export async function requireDevice(device: string): Promise<void> {
  if (seen.has(device)) return;
  const graph = new OnnxGraph();
  graph.output('doubled', graph.add('Mul', [graph.input('given', [2]), graph.scalar(2)]), [2]);
  const session = await openSession(graph.encode(), device, 1);
  try {
    const doubled = new Float32Array(2);
    await session.run({ given: floatTensor(Float32Array.of(3, 4), [2]) }, { doubled: floatTensor(doubled, [2]) });
    if (doubled.join() !== '6,8') throw new Error(`Expected ${device} to double 3 and 4, got ${doubled.join(' and ')}`);
  } finally {
    await session.close();
  }
  seen.add(device);
}
