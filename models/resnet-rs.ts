import type { ModelSpec } from '../contract/index.ts';
import { blocksOf, unbuildable } from './depths.ts';
import type { Network } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';

/**
 * The ResNet-RS family (Bello et al. 2021, section 4.1) and its small-image variant, with each change to the plain
 * ResNet as an option of its own:
 *
 * - `resnetD`: three 3x3 convolutions for the 7x7 stem, and average pooling before a stride-1 projection. The stride of
 *   a bottleneck sits on its 3x3 convolution with and without it, as in the released code.
 * - `stemPool`: what follows the stem: a max pool (the networks of Figure 2), a stride-2 convolution (the family of
 *   Table 7), or nothing.
 * - `seRatio`: squeeze-and-excitation after the last norm of every block; its hidden width is a share of the block's output.
 * - `zeroInitLastNorm`: the last scale of every block starts at 0, so that a block starts as the identity.
 *
 * @throws {ScalesweepError} `MODEL_UNBUILDABLE` with the reason.
 */
export function buildNetwork(spec: ModelSpec): Network {
  const blocks = blocksOf(spec);
  checkResolution(spec, blocks.length);
  const graph = new GraphBuilder(spec.classes);
  let x = graph.input([spec.channels, spec.resolution, spec.resolution]);
  x =
    spec.family === 'resnet-rs'
      ? photographStem(graph, spec, x)
      : convNormRelu(graph, 'stem.0', x, scaled(spec, spec.baseWidth), 3);
  blocks.forEach((count, index) => {
    graph.stage = `c${index + 2}`;
    const filters = scaled(spec, spec.baseWidth * 2 ** index);
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

interface BlockPlan {
  readonly name: string;
  readonly filters: number;
  readonly stride: number;
  readonly dropShare: number;
}

function residualBlock(graph: GraphBuilder, spec: ModelSpec, from: number, plan: BlockPlan): number {
  const { name, filters, stride } = plan;
  const bottleneck = spec.block === 'bottleneck';
  const outputs = bottleneck ? 4 * filters : filters;
  const last = spec.zeroInitLastNorm ? 0 : 1;
  let x = from;
  if (bottleneck) {
    x = convNormRelu(graph, `${name}.1`, x, filters, 1);
    x = convNormRelu(graph, `${name}.2`, x, filters, 3, stride);
    x = graph.norm(`${name}.3.norm`, graph.conv(`${name}.3.conv`, x, outputs, 1), last);
  } else {
    x = convNormRelu(graph, `${name}.1`, x, filters, 3, stride);
    x = graph.norm(`${name}.2.norm`, graph.conv(`${name}.2.conv`, x, outputs, 3), last);
  }
  if (spec.seRatio > 0) x = squeezeExcite(graph, `${name}.se`, x, Math.max(1, Math.round(spec.seRatio * outputs)));
  x = graph.dropPath(`${name}.drop`, x, plan.dropShare);
  const shortcut = shortcutOf(graph, spec, from, outputs, plan);
  return graph.relu(`${name}.relu`, graph.add(`${name}.add`, x, shortcut));
}

function shortcutOf(
  graph: GraphBuilder,
  spec: ModelSpec,
  from: number,
  outputs: number,
  { name, stride }: BlockPlan,
): number {
  if (stride === 1 && graph.shapeOf(from)[0] === outputs) return from;
  const pooled = spec.resnetD && stride === 2;
  const source = pooled ? graph.avgPool(`${name}.skip.pool`, from) : from;
  return graph.norm(`${name}.skip.norm`, graph.conv(`${name}.skip.conv`, source, outputs, 1, pooled ? 1 : stride));
}

function squeezeExcite(graph: GraphBuilder, name: string, from: number, hidden: number): number {
  const [channels] = graph.shapeOf(from);
  let gate = graph.globalPool(`${name}.pool`, from);
  gate = graph.relu(`${name}.relu`, graph.conv(`${name}.reduce`, gate, hidden, 1, 1, true));
  gate = graph.sigmoid(`${name}.sigmoid`, graph.conv(`${name}.expand`, gate, channels, 1, 1, true));
  return graph.gate(`${name}.gate`, from, gate);
}

function photographStem(graph: GraphBuilder, spec: ModelSpec, from: number): number {
  const full = scaled(spec, spec.baseWidth);
  let x = from;
  if (spec.resnetD) {
    const half = scaled(spec, spec.baseWidth / 2);
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

function convNormRelu(
  graph: GraphBuilder,
  name: string,
  from: number,
  filters: number,
  kernel: number,
  stride = 1,
): number {
  const conv = graph.conv(`${name}.conv`, from, filters, kernel, stride);
  return graph.relu(`${name}.relu`, graph.norm(`${name}.norm`, conv));
}

function scaled(spec: ModelSpec, channels: number): number {
  const rounded = Math.round(channels * spec.width);
  if (rounded < 1)
    throw unbuildable(`expected at least 1 channel, got ${channels} x width ${spec.width} = ${channels * spec.width}`);
  return rounded;
}

/** The image must not shrink below one pixel before the last stage. */
function checkResolution(spec: ModelSpec, stages: number): void {
  const stem = spec.family === 'resnet-rs' ? (spec.stemPool === 'none' ? 2 : 4) : 1;
  const smallest = stem * 2 ** (stages - 1);
  if (spec.resolution < smallest) {
    throw unbuildable(`expected a resolution of at least ${smallest} for ${stages} stages, got ${spec.resolution}`);
  }
}
