import ort from 'onnxruntime-node';
import { messageOf, ScalesweepError } from '../../../contract/index.ts';
import { deviceError, providerOptions } from './providers.ts';
import { SessionPool } from './session-pool.ts';

export type Tensors = Record<string, ort.Tensor>;
/** Tensors to write outputs to; `null` for an output that gets a new one. */
export type Fetches = Record<string, ort.Tensor | null>;

/** A compiled ONNX graph on one device. */
export interface Session {
  /** Runs into the given output tensors, so that a step allocates nothing that outlives it. Returns all outputs. */
  run(feeds: Tensors, fetches: Fetches): Promise<Tensors>;
  close(): Promise<void>;
}

/** The process's sessions; keeps none unless told to. */
export const sessions = new SessionPool<Session>(compile);

/**
 * @param resident outputs that stay in the device's memory, where they are fetched into `null`.
 * @throws {ScalesweepError} `DEVICE_UNAVAILABLE` for a device that is not there or lacks an operation, `OUT_OF_MEMORY`.
 */
export function openSession(
  model: Uint8Array,
  device: string,
  threads: number,
  resident: readonly string[] = [],
): Promise<Session> {
  return sessions.open(model, device, threads, resident);
}

async function compile(
  model: Uint8Array,
  device: string,
  threads: number,
  resident: readonly string[],
): Promise<Session> {
  const session = await ort.InferenceSession.create(model, {
    ...providerOptions(device),
    ...(resident.length > 0 ? { preferredOutputLocation: locations(resident) } : {}),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // A pattern plans one block for all later runs while the first run's own stays: 574 MB at its peak where the arena
    // alone takes 370 (ResNet-20, batch 128), and no faster.
    enableMemPattern: false,
    // Warnings of the graph optimiser are of no use to a reader.
    logSeverityLevel: 3,
  }).catch((error: unknown) => rethrow(error, device));
  return {
    run: (feeds, fetches) => session.run(feeds, fetches).catch((error: unknown) => rethrow(error, device)),
    close: () => session.release(),
  };
}

function locations(resident: readonly string[]): Record<string, 'gpu-buffer'> {
  return Object.fromEntries(resident.map((name) => [name, 'gpu-buffer'] as const));
}

function rethrow(error: unknown, device: string): never {
  if (/bad.?alloc|failed to allocate memory|out of memory/i.test(messageOf(error))) {
    throw new ScalesweepError('OUT_OF_MEMORY', `ONNX Runtime ran out of memory: ${messageOf(error)}`, { cause: error });
  }
  throw deviceError(error, device) ?? error;
}

export function floatTensor(data: Float32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}

export function labelTensor(labels: Int32Array, type: 'int64' | 'float'): ort.Tensor {
  if (type === 'float') return floatTensor(Float32Array.from(labels), [labels.length]);
  return new ort.Tensor('int64', BigInt64Array.from(labels, BigInt), [labels.length]);
}

export function countTensor(count: number): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.of(BigInt(count)), []);
}

/** Tensors of one type and shape as one tensor with a first dimension for them. */
export function stackedTensor(tensors: readonly ort.Tensor[]): ort.Tensor {
  const [{ type, dims, size }] = tensors as [ort.Tensor];
  const all = type === 'int64' ? new BigInt64Array(tensors.length * size) : new Float32Array(tensors.length * size);
  tensors.forEach(({ data }, i) => (all as Float32Array).set(data as Float32Array, i * size));
  return new ort.Tensor(type, all, [tensors.length, ...dims]);
}
