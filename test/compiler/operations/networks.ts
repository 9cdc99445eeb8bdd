import { GraphBuilder, type ActivationFn, type Network } from '../../../models/index.ts';

/** Channels before and after the strided block, and those of one group. */
const [NARROW, WIDE, GROUPED] = [16, 32, 8];

/** An inverted residual block with squeeze-and-excitation (Tan and Le 2019), then a grouped bottleneck: any number of axes. */
export function mixedNetwork(spatial: readonly number[], fn: ActivationFn, channels = 3): Network {
  const graph = new GraphBuilder(5);
  const act = (name: string, from: number): number => graph.activation(name, graph.norm(`${name}.norm`, from), fn);
  let x = graph.input({ channels, spatial });
  x = act('stem', graph.conv('stem.conv', x, NARROW, 3));
  graph.stage = 'c2';
  const inside = act('a.depthwise', graph.depthwiseConv('a.depthwise.conv', x, 3));
  let scale = graph.globalPool('a.se.pool', inside);
  scale = graph.activation('a.se.act', graph.conv('a.se.reduce', scale, 4, 1, { bias: true }), fn);
  scale = graph.activation('a.se.sigmoid', graph.conv('a.se.expand', scale, NARROW, 1, { bias: true }), 'sigmoid');
  x = graph.add('a.add', graph.norm('a.project.norm', graph.channelScale('a.se', inside, scale)), x);
  graph.stage = 'c3';
  const shortcut = graph.conv('b.skip', graph.avgPool('b.skip.pool', x), WIDE, 1);
  let y = act('b.expand', graph.conv('b.expand.conv', x, WIDE, 1));
  y = act('b.grouped', graph.conv('b.grouped.conv', y, WIDE, 3, { stride: 2, groups: WIDE / GROUPED }));
  x = graph.add('b.add', graph.norm('b.norm', graph.conv('b.project', y, WIDE, 3)), shortcut);
  x = act('c.strided', graph.depthwiseConv('c.strided.conv', x, 3, { stride: 2 }));
  graph.stage = 'head';
  x = graph.globalPool('head.pool', x);
  graph.dense('head.dense', x, 5);
  return graph.finish();
}

/** Only the operations of a network for clips that pools: kernels and strides differ by axis. */
export function clipNetwork(): Network {
  const graph = new GraphBuilder(4);
  let x = graph.input({ channels: 2, spatial: [5, 9, 8] });
  x = graph.conv('stem', x, 8, [1, 3, 5], { stride: [1, 2, 1] });
  x = graph.maxPool('pool', graph.norm('stem.norm', x));
  x = graph.activation('act', graph.conv('conv', x, 8, [3, 1, 1], { bias: true }), 'swish');
  x = graph.avgPool('halve', x);
  graph.dense('head', x, 4);
  return graph.finish();
}

/** Ungrouped, with channels for four images in a block of 16. */
export function narrowNetwork(): Network {
  const graph = new GraphBuilder(5);
  const act = (name: string, from: number): number => graph.activation(name, graph.norm(`${name}.norm`, from), 'swish');
  let x = graph.input({ channels: 1, spatial: [8, 8] });
  x = act('stem', graph.conv('stem.conv', x, 4, 3));
  graph.stage = 'c2';
  x = graph.add('add', act('a', graph.conv('a.conv', x, 4, 3)), x);
  graph.stage = 'c3';
  x = act('b', graph.conv('b.conv', x, 16, 3, { stride: 2 }));
  graph.stage = 'head';
  graph.dense('head.dense', graph.globalPool('head.pool', x), 5);
  return graph.finish();
}
