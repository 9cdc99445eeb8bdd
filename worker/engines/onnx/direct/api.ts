import type koffi from 'koffi';

type Koffi = typeof koffi;
/** Where something of ONNX Runtime's lies, or memory. */
export type Address = bigint;
/** What a call writes one address, or one number, to. */
export type Out = BigUint64Array;

/**
 * The functions of ONNX Runtime's C API that a session needs, by their places in its table. A place that a release has given
 * is never given to another function: versions of the table only add to its end, which their sources assert.
 */
const CALLS = {
  createEnv: [3, ['int', 'str', 'void *']],
  createSessionFromArray: [8, ['void *', 'void *', 'size_t', 'void *', 'void *']],
  run: [9, ['void *', 'void *', 'void *', 'void *', 'size_t', 'void *', 'size_t', 'void *']],
  createSessionOptions: [10, ['void *']],
  disableMemPattern: [17, ['void *']],
  setSessionLogSeverityLevel: [22, ['void *', 'int']],
  setSessionGraphOptimizationLevel: [23, ['void *', 'int']],
  setIntraOpNumThreads: [24, ['void *', 'int']],
  setInterOpNumThreads: [25, ['void *', 'int']],
  sessionGetInputCount: [30, ['void *', 'void *']],
  sessionGetInputName: [36, ['void *', 'size_t', 'void *', 'void *']],
  createTensorWithData: [49, ['void *', 'void *', 'size_t', 'void *', 'size_t', 'int', 'void *']],
  getTensorMutableData: [51, ['void *', 'void *']],
  getTensorElementType: [60, ['void *', 'void *']],
  getDimensionsCount: [61, ['void *', 'void *']],
  getDimensions: [62, ['void *', 'void *', 'size_t']],
  getTensorTypeAndShape: [65, ['void *', 'void *']],
  createCpuMemoryInfo: [69, ['int', 'int', 'void *']],
  allocatorFree: [76, ['void *', 'void *']],
  getAllocatorWithDefaultOptions: [78, ['void *']],
  addSessionConfigEntry: [130, ['void *', 'str', 'str']],
  createAndRegisterAllocator: [144, ['void *', 'void *', 'void *']],
  unregisterAllocator: [177, ['void *', 'void *']],
} as const;

const RELEASES = {
  releaseStatus: 93,
  releaseSession: 95,
  releaseValue: 96,
  releaseTensorTypeAndShape: 99,
  releaseSessionOptions: 100,
} as const;

const GET_ERROR_MESSAGE = 2;
/** The first that has them all. */
const TABLE_VERSION = 9;
const POINTER_BYTES = 8;

/** Each throws what ONNX Runtime has to say where it does not succeed. */
export interface Api extends Record<keyof typeof RELEASES, (given: Address) => void> {
  createEnv(logLevel: number, name: string, env: Out): void;
  createSessionFromArray(env: Address, model: Uint8Array, bytes: number, options: Address, session: Out): void;
  run(
    session: Address,
    options: null,
    /** Of addresses of text. */
    inputNames: BigUint64Array,
    inputs: BigUint64Array,
    inputCount: number,
    outputNames: BigUint64Array,
    outputCount: number,
    /** Values to write to; 0 where one is to be made. */
    outputs: BigUint64Array,
  ): void;
  createSessionOptions(options: Out): void;
  disableMemPattern(options: Address): void;
  setSessionLogSeverityLevel(options: Address, level: number): void;
  setSessionGraphOptimizationLevel(options: Address, level: number): void;
  setIntraOpNumThreads(options: Address, threads: number): void;
  setInterOpNumThreads(options: Address, threads: number): void;
  sessionGetInputCount(session: Address, count: Out): void;
  /** The name is the caller's to free. */
  sessionGetInputName(session: Address, index: number, allocator: Address, name: Out): void;
  createTensorWithData(
    memoryInfo: Address,
    data: Address,
    bytes: number,
    dims: BigInt64Array,
    rank: number,
    elementType: number,
    value: Out,
  ): void;
  getTensorMutableData(value: Address, data: Out): void;
  getTensorElementType(typeAndShape: Address, type: Int32Array): void;
  getDimensionsCount(typeAndShape: Address, rank: Out): void;
  getDimensions(typeAndShape: Address, dims: BigInt64Array, rank: number): void;
  getTensorTypeAndShape(value: Address, typeAndShape: Out): void;
  createCpuMemoryInfo(allocator: number, memoryType: number, memoryInfo: Out): void;
  allocatorFree(allocator: Address, memory: Address): void;
  /** The allocator is nobody's to release. */
  getAllocatorWithDefaultOptions(allocator: Out): void;
  addSessionConfigEntry(options: Address, key: string, value: string): void;
  createAndRegisterAllocator(env: Address, memoryInfo: Address, arenaConfig: null): void;
  unregisterAllocator(env: Address, memoryInfo: Address): void;
}

/** The functions of a loaded library. */
export function readApi(koffi: Koffi, library: ReturnType<Koffi['load']>): Api {
  const base = library.func('OrtGetApiBase', 'void *', [])() as Address;
  // The base is two functions: the table of a version, and the release's name.
  const getApi = koffi.decode(koffi.decode(base, 'void *'), koffi.proto('void *', ['uint32_t']));
  const table = getApi(TABLE_VERSION) as Address | null;
  if (table === null) throw new Error(`Expected the ONNX Runtime C API in version ${TABLE_VERSION}, got none`);
  const at = (place: number, result: string, takes: readonly string[]): ((...given: unknown[]) => unknown) =>
    koffi.decode(koffi.decode(table, place * POINTER_BYTES, 'void *'), koffi.proto(result, [...takes]));

  const releases = Object.entries(RELEASES).map(([name, place]) => [name, at(place, 'void', ['void *'])] as const);
  const { releaseStatus } = Object.fromEntries(releases) as unknown as Pick<Api, 'releaseStatus'>;
  const messageOf = at(GET_ERROR_MESSAGE, 'str', ['void *']);
  const calls = Object.entries(CALLS).map(([name, [place, takes]]) => {
    const call = at(place, 'void *', takes);
    const checked = (...given: unknown[]): void => {
      const status = call(...given) as Address | null;
      if (status === null) return;
      const message = messageOf(status) as string;
      releaseStatus(status);
      throw new Error(message);
    };
    return [name, checked] as const;
  });
  return Object.fromEntries<unknown>([...releases, ...calls]) as unknown as Api;
}
