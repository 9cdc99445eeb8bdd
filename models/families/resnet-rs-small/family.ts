import type { GraphBuilder } from '../../graph-builder.ts';
import { registerFamily } from '../registry.ts';
import { convNormRelu } from '../resnet/blocks.ts';
import { residualNetwork } from '../resnet/residual-network.ts';
import { resnetSettings, type ResnetSpec } from '../resnet/settings.ts';
import { scaledChannels } from '../unbuildable.ts';
import { blocksOf } from './depths.ts';
import { probes } from './probes.ts';

export const resnetRsSmall = registerFamily({
  name: 'resnet-rs-small',
  about: 'one 3x3 stem and three stages of residual blocks, for small images',
  source: 'He et al. 2016, section 4.2, with the settings of resnet-rs',
  depth:
    'layers: 6n + 2 with basic blocks, 9n + 2 with bottlenecks; any other with `blocks`, one count for each of three stages',
  width: 'every channel count, the stem included, rounded to the nearest',
  resolution: '4',
  settings: resnetSettings,
  defaults: {
    block: 'basic',
    baseWidth: 16,
    resnetD: false,
    stemPool: 'none',
    seRatio: 0,
    zeroInitLastNorm: true,
  },
  input: { channels: 1, classes: 10 },
  probes,
  build: (spec) => residualNetwork(spec, blocksOf(spec), { stride: 1, build: stem }),
});

function stem(graph: GraphBuilder, spec: ResnetSpec, image: number): number {
  return convNormRelu(graph, 'stem.0', image, scaledChannels(spec.baseWidth, spec.width), 3);
}
