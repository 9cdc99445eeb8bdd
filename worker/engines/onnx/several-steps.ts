import { isScalesweepError, parseDevice } from '../../../contract/index.ts';
import { sizeOf, type Network } from '../../../models/index.ts';
import { repeatStep } from '../../../compiler/index.ts';
import type { Session } from './session.ts';

/** A compiled step, or several in one call. */
export interface Steps {
  readonly session: Session;
  /** Steps that one call may hold. 1: the plain step, without a dimension for them. */
  readonly atMost: number;
  /** Why it is the plain step although more were wanted. */
  readonly refused?: string;
}

/** Images of one call, in bytes: they lie on the host and on the device. */
const IMAGE_BYTES = 64e6;
/** More would save little: a call's copies are then a thirtieth of what they were. */
const MOST = 32;

/**
 * Steps that pay to be called at once. ONNX Runtime for Node.js copies the parameters in and out of a CUDA device with
 * every call; on the CPU nothing is copied, and on WebGPU they stay.
 */
export function stepsPerCallOn(device: string, network: Network, batch: number): number {
  if (parseDevice(device)?.kind !== 'cuda') return 1;
  const bytes = Float32Array.BYTES_PER_ELEMENT * batch * sizeOf(network.nodes[0]!.shape);
  return Math.max(1, Math.min(MOST, Math.floor(IMAGE_BYTES / bytes)));
}

/**
 * Compiles a step, in a `Loop` where more than one is wanted. A provider that has the step but not the loop gets the plain step.
 *
 * @throws what `open` throws for the plain step
 */
export async function openSteps(
  step: Uint8Array,
  wanted: number,
  open: (model: Uint8Array) => Promise<Session>,
): Promise<Steps> {
  if (wanted === 1) return { session: await open(step), atMost: 1 };
  try {
    return { session: await open(repeatStep(step)), atMost: wanted };
  } catch (error) {
    if (!isScalesweepError(error) || error.code !== 'DEVICE_UNAVAILABLE') throw error;
    return { session: await open(step), atMost: 1, refused: error.message };
  }
}
