import type { Network } from '../../graph.ts';
import { GraphBuilder } from '../../graph-builder.ts';
import { requireResolution, scaledChannels } from '../unbuildable.ts';
import { residualBlock } from './blocks.ts';
import type { ResnetSpec } from './settings.ts';

/** What stands before the stages. */
export interface Stem {
  /** By how much it shrinks the image. */
  readonly stride: number;
  readonly build: (graph: GraphBuilder, spec: ResnetSpec, image: number) => number;
}

/**
 * A stem, stages of residual blocks (each stage but the first halves the image and doubles the channels), and a classifier
 * on what is left of the image, averaged. He et al. 2016, with each change of ResNet-RS (Bello et al. 2021, section 4.1) as
 * a setting. The stride of a bottleneck sits on its 3x3 convolution with and without `resnetD`, as in the released code;
 * squeeze-and-excitation stands after the last norm of a block.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE` with the reason.
 */
export function residualNetwork(spec: ResnetSpec, blocks: readonly number[], stem: Stem): Network {
  requireResolution(spec.resolution, stem.stride, blocks.length);
  const graph = new GraphBuilder(spec.classes);
  const image = graph.input({ channels: spec.channels, spatial: [spec.resolution, spec.resolution] });
  let x = stem.build(graph, spec, image);
  blocks.forEach((count, index) => {
    graph.stage = `c${index + 2}`;
    const filters = scaledChannels(spec.baseWidth * 2 ** index, spec.width);
    for (let block = 0; block < count; block++) {
      x = residualBlock(graph, spec, x, {
        name: `${graph.stage}.${block}`,
        filters,
        stride: index > 0 && block === 0 ? 2 : 1,
        // Stage i of 2..n+1 drops at rate x i / (n + 1): 0.1 becomes 0.04, 0.06, 0.08, 0.10 over four stages.
        dropShare: (index + 2) / (blocks.length + 1),
      });
    }
  });
  graph.stage = 'head';
  x = graph.globalPool('head.pool', x);
  x = graph.dropout('head.dropout', x);
  graph.dense('head.dense', x, spec.classes);
  return graph.finish();
}
