import type { GraphBuilder } from '../../graph-builder.ts';
import { convNormRelu } from '../resnet/blocks.ts';
import type { Stem } from '../resnet/residual-network.ts';
import type { ResnetSpec } from '../resnet/settings.ts';
import { scaledChannels } from '../unbuildable.ts';

/**
 * - `resnetD`: three 3x3 convolutions for the 7x7 one.
 * - `stemPool`: what follows: a max pool (the networks of Figure 2), a stride-2 convolution (the family of Table 7), or
 *   nothing.
 */
export function photographStem(spec: ResnetSpec): Stem {
  return { stride: spec.stemPool === 'none' ? 2 : 4, build };
}

function build(graph: GraphBuilder, spec: ResnetSpec, image: number): number {
  const full = scaledChannels(spec.baseWidth, spec.width);
  let x = image;
  if (spec.resnetD) {
    const half = scaledChannels(spec.baseWidth / 2, spec.width);
    x = convNormRelu(graph, 'stem.0', x, half, 3, 2);
    x = convNormRelu(graph, 'stem.1', x, half, 3);
    x = convNormRelu(graph, 'stem.2', x, full, 3);
  } else {
    x = convNormRelu(graph, 'stem.0', x, full, 7, 2);
  }
  switch (spec.stemPool) {
    case 'max':
      return graph.maxPool('stem.pool', x);
    case 'conv':
      return convNormRelu(graph, 'stem.pool', x, full, 3, 2);
    case 'none':
      return x;
  }
}
