/** The blocks of the ResNet families. */
import type { GraphBuilder } from '../../graph-builder.ts';
import type { ResnetSpec } from './settings.ts';

/** What a block has beside the family's settings. */
export interface BlockPlan {
  readonly name: string;
  readonly filters: number;
  readonly stride: number;
  readonly dropShare: number;
}

/** A residual block with its shortcut; the returned node is after the last activation. */
export function residualBlock(graph: GraphBuilder, spec: ResnetSpec, from: number, plan: BlockPlan): number {
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
  return graph.activation(`${name}.relu`, graph.add(`${name}.add`, x, shortcut), 'relu');
}

function shortcutOf(
  graph: GraphBuilder,
  spec: ResnetSpec,
  from: number,
  outputs: number,
  { name, stride }: BlockPlan,
): number {
  if (stride === 1 && graph.shapeOf(from).channels === outputs) return from;
  const pooled = spec.resnetD && stride === 2;
  const source = pooled ? graph.avgPool(`${name}.skip.pool`, from) : from;
  return graph.norm(
    `${name}.skip.norm`,
    graph.conv(`${name}.skip.conv`, source, outputs, 1, { stride: pooled ? 1 : stride }),
  );
}

function squeezeExcite(graph: GraphBuilder, name: string, from: number, hidden: number): number {
  const { channels } = graph.shapeOf(from);
  let scale = graph.globalPool(`${name}.pool`, from);
  scale = graph.conv(`${name}.reduce`, scale, hidden, 1, { bias: true });
  scale = graph.activation(`${name}.relu`, scale, 'relu');
  scale = graph.conv(`${name}.expand`, scale, channels, 1, { bias: true });
  scale = graph.activation(`${name}.sigmoid`, scale, 'sigmoid');
  return graph.channelScale(`${name}.gate`, from, scale);
}

export function convNormRelu(
  graph: GraphBuilder,
  name: string,
  from: number,
  filters: number,
  kernel: number,
  stride = 1,
): number {
  const conv = graph.conv(`${name}.conv`, from, filters, kernel, { stride });
  return graph.activation(`${name}.relu`, graph.norm(`${name}.norm`, conv), 'relu');
}
