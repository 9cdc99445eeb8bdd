import { avgPool as plainAvgPool, maxPool as plainMaxPool } from '../portable/pool.ts';
import type { Rule } from '../rule.ts';
import { writeConv } from './conv-call.ts';
import { columnPhase, runsOf } from './polyphase.ts';
import { viaPlain } from './via-plain.ts';
import { dimsOf, reshape } from './tensor.ts';
import { positions } from './pointwise.ts';

/** Once per network and only in some: not worth a form of its own. */
export const maxPool: Rule<'max-pool'> = viaPlain(plainMaxPool);

const unevenAvgPool = viaPlain(plainAvgPool);

/** 2x2, stride 2: even and odd columns through one depthwise convolution each, which adds the rows. */
export const avgPool: Rule<'avg-pool'> = {
  forward(context, node, [x]) {
    const { graph, batch, block } = context;
    const input = context.shapeOf(node.inputs[0]!);
    if (isOdd(input[1]) || isOdd(input[2])) return unevenAvgPool.forward(context, node, [x!]);
    const [, channels, , width] = dimsOf(node.shape, batch, block);
    const quarters = graph.floats(new Float32Array(2 * channels).fill(0.25), [channels, 1, 2, 1]);
    const window = { kernel: [2, 1], strides: [2, 1], groups: channels } as const;
    const half = (phase: 0 | 1): string =>
      reshape(graph, columnPhase(graph, x!, runsOf(input, batch, block), phase), [1, channels, input[1], width]);
    const even = writeConv(graph, { x: half(0), weight: quarters, window });
    return writeConv(graph, { x: half(1), weight: quarters, window, sum: even });
  },
  backward(context, node, dy) {
    const { graph, batch, block } = context;
    const input = context.shapeOf(node.inputs[0]!);
    if (isOdd(input[1]) || isOdd(input[2])) return unevenAvgPool.backward(context, node, dy);
    const [channels, height, width] = node.shape;
    const blocks = dimsOf([channels, 1, 1], 1, block)[1] / block;
    const quarter = graph.add('Mul', [dy, graph.scalar(0.25)]);
    const apart = reshape(graph, quarter, [blocks * height, 1, width, 1, batch * block]);
    const repeated = graph.add('Expand', [apart, graph.ints([blocks * height, 2, width, 2, batch * block])]);
    return [reshape(graph, repeated, dimsOf(input, batch, block))];
  },
};

function isOdd(side: number): boolean {
  return side % 2 === 1;
}

export const globalPool: Rule<'global-pool'> = {
  forward(context, node, [x]) {
    const { graph, batch, block } = context;
    const input = positions(context, x!, context.shapeOf(node.inputs[0]!));
    const mean = graph.add('ReduceMean', [input, graph.ints([1])], { keepdims: 1 });
    return reshape(graph, mean, dimsOf(node.shape, batch, block));
  },
  backward(context, node, dy) {
    const { graph, batch, block } = context;
    const input = context.shapeOf(node.inputs[0]!);
    const dims = dimsOf(input, batch, block);
    const count = input[1] * input[2];
    const share = graph.add('Mul', [positions(context, dy, node.shape), graph.scalar(1 / count)]);
    const spread = [dims[1] / block, count, batch * block];
    return [reshape(graph, graph.add('Expand', [share, graph.ints(spread)]), dims)];
  },
};
