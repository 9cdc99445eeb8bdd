import { registerFamily } from '../registry.ts';
import { residualNetwork } from '../resnet/residual-network.ts';
import { resnetSettings } from '../resnet/settings.ts';
import { blocksOf } from './depths.ts';
import { photographStem } from './stem.ts';

export const resnetRs = registerFamily({
  name: 'resnet-rs',
  about: 'four stages of residual blocks, for photographs; by default the networks of Table 7',
  source: 'Bello et al. 2021, Revisiting ResNets (arXiv 2103.07579)',
  depth:
    'layers, by the names of the published networks: 26, 50, 101, 152, 200, 270, 300, 350, 400, 420 with bottlenecks, 18 and 34 with basic blocks; any other with `blocks`, one count for each of four stages',
  width: 'every channel count, the stem included, rounded to the nearest',
  resolution: '32 (16 with `stemPool: none`)',
  settings: resnetSettings,
  defaults: {
    block: 'bottleneck',
    baseWidth: 64,
    resnetD: true,
    stemPool: 'conv',
    seRatio: 0.25,
    zeroInitLastNorm: true,
  },
  input: { channels: 3, classes: 1000 },
  build: (spec) => residualNetwork(spec, blocksOf(spec), photographStem(spec)),
});
