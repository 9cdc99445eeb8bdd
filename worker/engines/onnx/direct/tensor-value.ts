import ort from '../runtime.ts';
import { elements } from '../../../../models/index.ts';
import type { Address, Out } from './api.ts';
import type { Runtime } from './library.ts';

/** The types that graphs of this program take and give, by ONNX's numbers for them. */
const ELEMENTS = {
  float32: { code: 1, array: Float32Array, koffi: 'float' },
  int64: { code: 7, array: BigInt64Array, koffi: 'int64' },
} as const;

const made: Out = new BigUint64Array(1);

/**
 * A value over the tensor's own memory, for the caller to release. ONNX Runtime reads and writes there without asking
 * JavaScript, so the tensor has to outlive the value, and what it says of itself has to be true.
 */
export function valueOver(runtime: Runtime, name: string, tensor: ort.Tensor): Address {
  const { type, dims, data } = tensor;
  const element = ELEMENTS[type as keyof typeof ELEMENTS];
  if (element === undefined) throw new Error(`Expected a tensor of float32 or int64 for ${name}, got one of ${type}`);
  if (!(data instanceof element.array) || data.length !== elements(dims)) {
    throw new Error(
      `Expected ${elements(dims)} numbers of ${type} for ${name} [${dims.join(', ')}], got ` +
        `${(data as ArrayBufferView & { length: number }).length} in a ${data.constructor.name}`,
    );
  }
  // Asked for its buffer, a small array moves out of JavaScript's heap, where the garbage collector may push it about.
  const address = runtime.addressOf(data.buffer as ArrayBuffer) + BigInt(data.byteOffset);
  const shape = BigInt64Array.from(dims, BigInt);
  runtime.api.createTensorWithData(
    runtime.hostMemory,
    address,
    data.byteLength,
    shape,
    shape.length,
    element.code,
    made,
  );
  return made[0]!;
}

/** A copy of what ONNX Runtime made itself. */
export function tensorOf(runtime: Runtime, name: string, value: Address): ort.Tensor {
  const { api } = runtime;
  api.getTensorTypeAndShape(value, made);
  const typeAndShape = made[0]!;
  try {
    const code = new Int32Array(1);
    api.getTensorElementType(typeAndShape, code);
    const found = Object.entries(ELEMENTS).find(([, element]) => element.code === code[0]);
    if (found === undefined) throw new Error(`Expected float32 or int64 from ${name}, got ONNX's type ${code[0]}`);
    const [type, element] = found;
    api.getDimensionsCount(typeAndShape, made);
    const shape = new BigInt64Array(Number(made[0]));
    api.getDimensions(typeAndShape, shape, shape.length);
    const dims = Array.from(shape, Number);
    api.getTensorMutableData(value, made);
    const data = runtime.copyFrom(made[0]!, element.koffi, elements(dims));
    return new ort.Tensor(type as 'float32', data as Float32Array, dims);
  } finally {
    api.releaseTensorTypeAndShape(typeAndShape);
  }
}
