import { type Network, dropoutFeatures, dropPathNodes } from '../../models/index.ts';
import { partsOf, type Layout, type Part, type Slot } from '../parameters/stored-layout.ts';
import type { Lowering } from '../lowerings/rule.ts';
import type { OnnxGraph, Value } from '../onnx/onnx-graph.ts';

/** How parameters are updated; the numbers (rates, decays) are inputs, so that trials share a compiled step. */
export interface UpdateOptions {
  readonly nesterov: boolean;
  /** Keep a moving average of the weights. */
  readonly ema: boolean;
}

/** What a training step is made of. */
export interface StepOptions extends UpdateOptions {
  /** Images that one run of the graph takes. */
  readonly batch: number;
  readonly dropout: boolean;
  readonly dropPath: boolean;
  /** Write each vector's successor where the vector lies. A device copies its inputs before and its outputs afterwards. */
  readonly inPlace?: boolean;
}

/** The order of the `hyper` input. */
export const HYPER = ['learningRate', 'momentum', 'weightDecay', 'labelSmoothing', 'emaDecay', 'statDecay'] as const;
export type Hyper = Readonly<Record<(typeof HYPER)[number], number>>;

/** The `hyper` input by name, each [1]. */
export type HyperValues = Readonly<Record<(typeof HYPER)[number], Value>>;

export function splitHyper(graph: OnnxGraph): HyperValues {
  const hyper = graph.input('hyper', [HYPER.length]);
  const parts = graph.addMany('Split', [hyper, graph.ints(HYPER.map(() => 1))], HYPER.length, { axis: 0 });
  return Object.fromEntries(HYPER.map((name, i) => [name, parts[i]!])) as HyperValues;
}

export function maskInputs(
  graph: OnnxGraph,
  lowering: Lowering,
  network: Network,
  { batch, dropout, dropPath }: StepOptions,
): Map<string, Value> {
  const masks = new Map<string, Value>();
  const ones = network.nodes[0]!.shape.spatial.map(() => 1);
  if (dropout) {
    const mask = graph.input('dropout', [batch, dropoutFeatures(network), ...ones]);
    for (const { name, op } of network.nodes) if (op.kind === 'dropout') masks.set(name, mask);
  }
  const paths = dropPathNodes(network);
  if (dropPath && paths.length > 0) {
    const all = graph.input('dropPath', [paths.length, batch]);
    const rows = lowering.split(
      graph,
      all,
      paths.map(() => 1),
    );
    paths.forEach(({ name }, i) => masks.set(name, graph.add('Reshape', [rows[i]!, graph.ints([batch, 1, ...ones])])));
  }
  return masks;
}

/** Parts of a vector, by name. */
export type PartValues = ReadonlyMap<string, Value>;

export function partInputs(graph: OnnxGraph, name: string, parts: readonly Part[], lowering: Lowering): PartValues {
  return new Map(parts.map((part) => [part.name, graph.input(`${name}.${part.name}`, lowering.vectorDims(part.size))]));
}

export function unpackParts(
  graph: OnnxGraph,
  lowering: Lowering,
  values: PartValues,
  layout: Layout,
): Map<string, Value> {
  return new Map(partsOf(layout).flatMap(({ name, slots }) => [...unpack(graph, lowering, values.get(name)!, slots)]));
}

/** A flat vector as named tensors. */
export function unpack(graph: OnnxGraph, lowering: Lowering, flat: Value, slots: readonly Slot[]): Map<string, Value> {
  const line = slots.length === 1 ? flat : graph.add('Reshape', [flat, graph.ints([-1])]);
  const pieces =
    slots.length === 1
      ? [line]
      : lowering.split(
          graph,
          line,
          slots.map(({ size }) => size),
        );
  return new Map(slots.map(({ name, shape }, i) => [name, graph.add('Reshape', [pieces[i]!, graph.ints(shape)])]));
}
