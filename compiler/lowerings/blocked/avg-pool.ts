import { avgPool as plainAvgPool } from '../portable/avg-pool.ts';
import type { Shape } from '../../../models/index.ts';
import type { Rule } from '../rule.ts';
import { writeConv } from './write-conv.ts';
import { columnPhase, columnsOf } from './polyphase.ts';
import { viaPlain } from './via-plain.ts';
import { blockedDims, reshape, sidesOf } from './tensor.ts';

const unevenAvgPool = viaPlain(plainAvgPool);

/** 2x2, stride 2: even and odd columns through one depthwise convolution each, which adds the rows. */
export const avgPool: Rule<'avg-pool'> = {
  forward(context, node, [x]) {
    const { graph, batch, block } = context;
    const input = context.shapeOf(node.inputs[0]!);
    if (hasOddSide(input)) return unevenAvgPool.forward(context, node, [x!]);
    const [, channels, , width] = blockedDims(node.shape, batch, block);
    const weight = graph.floats(new Float32Array(2 * channels).fill(0.25), [channels, 1, 2, 1]);
    const window = { kernel: [2, 1], strides: [2, 1], groups: channels } as const;
    const half = (phase: 0 | 1): string =>
      reshape(graph, columnPhase(graph, x!, columnsOf(input, batch, block), phase), [
        1,
        channels,
        sidesOf(input)[0],
        width,
      ]);
    const even = writeConv(graph, { x: half(0), weight, window });
    return writeConv(graph, { x: half(1), weight, window, sum: even });
  },
  backward(context, node, dy) {
    const { graph, batch, block } = context;
    const input = context.shapeOf(node.inputs[0]!);
    if (hasOddSide(input)) return unevenAvgPool.backward(context, node, dy);
    const [height, width] = sidesOf(node.shape);
    const blocks = blockedDims(node.shape, 1, block)[1] / block;
    const quarter = graph.add('Mul', [dy, graph.scalar(0.25)]);
    const apart = reshape(graph, quarter, [blocks * height, 1, width, 1, batch * block]);
    const repeated = graph.add('Expand', [apart, graph.ints([blocks * height, 2, width, 2, batch * block])]);
    return [reshape(graph, repeated, blockedDims(input, batch, block))];
  },
};

function hasOddSide({ spatial }: Shape): boolean {
  return spatial.some((side) => side % 2 === 1);
}
