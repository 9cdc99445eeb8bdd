import { elementaryLoss } from '../../loss/elementary-loss.ts';
import type { Lowering } from '../rule.ts';
import { portable } from './index.ts';
import { maxPoolOnDevice } from './max-pool-on-device.ts';

/**
 * The portable lowering with nothing that ONNX Runtime's GPU providers lack, so that no operation is left to the CPU:
 * `Sum` in particular is none of WebGPU's.
 */
export const onDevice: Lowering = {
  ...portable,
  loss: elementaryLoss,
  rules: { ...portable.rules, 'max-pool': maxPoolOnDevice },
  sum: (graph, [first, ...rest]) => rest.reduce((sum, part) => graph.add('Add', [sum, part]), first!),
  // A `Split` binds all its outputs at once, and devices bind as few as eight buffers.
  split(graph, value, sizes) {
    const rows = graph.ints([0]);
    let from = 0;
    return sizes.map((size) => {
      const [begin, end] = [graph.ints([from]), graph.ints([from + size])];
      from += size;
      return graph.add('Slice', [value, begin, end, rows]);
    });
  },
};
