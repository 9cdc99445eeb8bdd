import { z } from 'zod';
import { GraphBuilder, registerFamily, requireResolution, scaledChannels, unbuildable } from '../../models/index.ts';

const STAGES = 2;

/** Two stages of inverted residual blocks, as in MobileNetV2 (Sandler et al. 2018), for small images. */
registerFamily({
  name: 'toy',
  about: 'two stages of inverted residual blocks, for small images',
  source: 'Sandler et al. 2018, section 3.3',
  depth: 'layers: 6n + 2, n blocks in each stage',
  width: 'every channel count, rounded to the nearest',
  resolution: '2',
  settings: {
    expansion: z.int().min(1).max(8).describe('channels inside a block over those of its input'),
    kernel: z.enum(['3x3', '5x5']).describe('of the depthwise convolutions'),
    activation: z.enum(['relu', 'swish']).describe('after every norm but the last of a block'),
  },
  defaults: { expansion: 2, kernel: '3x3', activation: 'swish' },
  input: { channels: 3, classes: 10 },
  build: (spec) => {
    const blocks = (spec.depth - 2) / (3 * STAGES);
    if (!Number.isInteger(blocks) || blocks < 1 || blocks > 100)
      throw unbuildable(`expected a depth of ${3 * STAGES}n + 2 up to 602, got ${spec.depth}`);
    requireResolution(spec.resolution, 1, STAGES);

    const side = spec.kernel === '3x3' ? 3 : 5;
    const graph = new GraphBuilder(spec.classes);
    let x = graph.input({ channels: spec.channels, spatial: [spec.resolution, spec.resolution] });
    x = graph.conv('stem.conv', x, scaledChannels(8, spec.width), 3);
    x = graph.activation('stem.act', graph.norm('stem.norm', x), spec.activation);
    for (let stage = 0; stage < STAGES; stage++) {
      graph.stage = `c${stage + 2}`;
      const outputs = scaledChannels(8 * 2 ** stage, spec.width);
      for (let block = 0; block < blocks; block++) {
        const name = `${graph.stage}.${block}`;
        const stride = stage > 0 && block === 0 ? 2 : 1;
        const { channels: inputs } = graph.shapeOf(x);
        let y = graph.conv(`${name}.expand`, x, inputs * spec.expansion, 1);
        y = graph.activation(`${name}.expand.act`, graph.norm(`${name}.expand.norm`, y), spec.activation);
        y = graph.depthwiseConv(`${name}.depthwise`, y, side, { stride });
        y = graph.activation(`${name}.depthwise.act`, graph.norm(`${name}.depthwise.norm`, y), spec.activation);
        y = graph.norm(`${name}.project.norm`, graph.conv(`${name}.project`, y, outputs, 1));
        if (stride === 1 && inputs === outputs) {
          y = graph.dropPath(`${name}.drop`, y, (stage + 1) / STAGES);
          y = graph.add(`${name}.add`, y, x);
        }
        x = y;
      }
    }
    graph.stage = 'head';
    x = graph.globalPool('head.pool', x);
    x = graph.dropout('head.dropout', x);
    graph.dense('head.dense', x, spec.classes);
    return graph.finish();
  },
});
