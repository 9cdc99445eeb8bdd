import { elements, type Network } from '../models/index.ts';

/**
 * What the time of a step goes into. Within a class every unit takes about as long as the next on a given device, so
 * that a handful of rates, measured once, tells the time of any network.
 *
 * - `step`: 1; what a call costs whatever it does.
 * - `node`: nodes of the graph; what a node costs whatever its size.
 * - `wideMultiplications`, `pointMultiplications`: multiply-adds of convolutions with and without a neighbourhood.
 * - `wideTraffic`, `pointTraffic`: elements that those convolutions read and write.
 * - `pointwise`: elements that every other node writes.
 * - `parameters`: learned values, which the optimiser passes over.
 */
export const OPERATION_CLASSES = [
  'step',
  'node',
  'wideMultiplications',
  'pointMultiplications',
  'wideTraffic',
  'pointTraffic',
  'pointwise',
  'parameters',
] as const;
export type OperationClass = (typeof OPERATION_CLASSES)[number];

/** Amount of work by class. */
export type Workload = Readonly<Record<OperationClass, number>>;

/** How values lie in memory. */
export interface ValueLayout {
  /** Channels are rounded up to a multiple of it, but not those of the image: 1 in a plain layout. */
  readonly block: number;
  /** Images whose channels share a block, by node. */
  readonly abreast: readonly number[];
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
  const abreastIn = (id: number): number => layout?.abreast[id] ?? 1;
  /** Places that an image's channels take. */
  const channelsOf = (id: number): number => {
    const { op, shape } = nodes[id]!;
    const block = (layout?.block ?? 1) / abreastIn(id);
    return op.kind === 'input' ? shape[0] : Math.ceil(shape[0] / block) * block;
  };
  const sizeOf = (id: number): number => channelsOf(id) * nodes[id]!.shape[1] * nodes[id]!.shape[2];
  for (const { id, op, inputs, params } of nodes) {
    for (const { shape } of params) work.parameters += elements(shape);
    switch (op.kind) {
      case 'conv': {
        const kind = op.kernel > 1 ? 'wide' : 'point';
        // With images abreast each is multiplied by the zeros of the others.
        const channels = abreastIn(inputs[0]!) * channelsOf(inputs[0]!);
        work[`${kind}Multiplications`] += batch * op.kernel ** 2 * channels * sizeOf(id);
        work[`${kind}Traffic`] += batch * (sizeOf(inputs[0]!) + sizeOf(id));
        break;
      }
      case 'dense':
        work.pointMultiplications += batch * elements(params[0]!.shape);
        break;
      case 'norm':
      case 'relu':
      case 'sigmoid':
      case 'add':
      case 'gate':
      case 'max-pool':
      case 'avg-pool':
      case 'global-pool':
        work.pointwise += batch * sizeOf(id);
        break;
      // Nothing is computed: the image is there, and few recipes drop anything.
      case 'input':
      case 'dropout':
      case 'drop-path':
        break;
    }
  }
  return work;
}
