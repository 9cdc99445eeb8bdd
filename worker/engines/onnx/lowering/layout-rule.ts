import type { Network } from '../../../../models/index.ts';

export interface LayoutChoice {
  /** Channels kept together; 1 is the plain layout. */
  readonly block: number;
  /** For the trial's record. */
  readonly reason: string;
}

/**
 * Per multiplication the blocked lowering takes half the time of the portable one or less (docs/performance.md), so it
 * pays as long as rounding channels up does not double the multiplications.
 */
const MOST_PADDING = 2;

/**
 * Which layout a network is trained in. Loads no engine, so that a plan may ask as well.
 *
 * @param block channels that ONNX Runtime's blocked layout keeps together on the CPU; 1 where it has none.
 */
export function chooseLayout(network: Network, device: string, batch: number, block: number): LayoutChoice {
  const inPlain = (reason: string): LayoutChoice => ({ block: 1, reason });
  if (device !== 'cpu') return inPlain(`the blocked layout is for CPUs, the device is ${device}`);
  if (block === 1) return inPlain('ONNX Runtime has no blocked layout on this CPU');
  if (batch % block !== 0) return inPlain(`a batch of ${batch} is not a multiple of the block of ${block} channels`);
  const padding = multiplications(network, block) / multiplications(network, 1);
  return padding > MOST_PADDING
    ? inPlain(`blocks of ${block} channels would take ${padding.toFixed(1)} times the multiplications`)
    : { block, reason: `blocks of ${block} channels take ${padding.toFixed(2)} times the multiplications` };
}

/** Of all convolutions, with channels rounded up to blocks (but not those of the image). */
function multiplications({ nodes }: Network, block: number): number {
  let sum = 0;
  for (const { op, inputs, shape } of nodes) {
    if (op.kind !== 'conv') continue;
    const source = nodes[inputs[0]!]!;
    const channels = source.op.kind === 'input' ? source.shape[0] : roundUp(source.shape[0], block);
    sum += op.kernel ** 2 * channels * roundUp(shape[0], block) * shape[1] * shape[2];
  }
  return sum;
}

function roundUp(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple;
}
