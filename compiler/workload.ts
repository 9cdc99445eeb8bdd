import { definitionOf, elements, WORK_CLASSES, type Extent, type Network } from '../models/index.ts';

/**
 * What the time of a step goes into. Within a class every unit takes about as long as the next on a given device, so
 * that a handful of rates, measured once, tells the time of any network.
 *
 * - `step`: 1; what a call costs regardless of its work.
 * - `node`: nodes of the graph; what a node costs regardless of its size.
 * - `parameters`: learned values, which the optimiser passes over.
 * - the others: work of the operations, as `OpDefinition.workload` states it.
 */
export const OPERATION_CLASSES = ['step', 'node', ...WORK_CLASSES, 'parameters'] as const;
export type OperationClass = (typeof OPERATION_CLASSES)[number];

/** Amount of work by class. */
export type Workload = Readonly<Record<OperationClass, number>>;

/** How values lie in memory. */
export interface ValueLayout {
  /** Channels are rounded up to a multiple of it, but not those of the image: 1 in a plain layout. */
  readonly block: number;
  /** Images whose channels share a block, by node. */
  readonly packing: readonly number[];
  /** Ids of nodes that are computed in the plain layout nevertheless. */
  readonly plainNodes: ReadonlySet<number>;
}

/**
 * The work of one pass over a batch. Forward and backward passes do it in proportion, at rates of their own.
 *
 * @param layout of the values. @defaultValue the plain one
 */
export function workloadOf({ nodes }: Network, batch: number, layout?: ValueLayout): Workload {
  const work: Record<OperationClass, number> = {
    step: 1,
    node: nodes.length,
    wideMultiplications: 0,
    pointMultiplications: 0,
    wideTraffic: 0,
    pointTraffic: 0,
    pointwise: 0,
    parameters: 0,
  };
  const extentOf = (id: number, isPlain: boolean): Extent => {
    const { op, shape } = nodes[id]!;
    const packed = isPlain ? 1 : (layout?.packing[id] ?? 1);
    const block = isPlain || op.kind === 'input' ? 1 : (layout?.block ?? 1) / packed;
    const channels = Math.ceil(shape.channels / block) * block;
    return { shape, channels, size: channels * elements(shape.spatial), packed };
  };
  for (const { id, op, inputs, params } of nodes) {
    for (const { shape } of params) work.parameters += elements(shape);
    const isPlain = layout?.plainNodes.has(id) ?? false;
    const extents = inputs.map((input) => extentOf(input, isPlain));
    const own = definitionOf(op).workload(op, extents, extentOf(id, isPlain));
    for (const name of WORK_CLASSES) work[name] += batch * (own[name] ?? 0);
  }
  return work;
}
