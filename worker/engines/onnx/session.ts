import { messageOf, parseDevice, ScalesweepError } from '../../../contract/index.ts';
import { openBound } from './bound-session.ts';
import { DirectSession } from './direct/direct-session.ts';
import { loadRuntime } from './direct/library.ts';
import { deviceError } from './providers.ts';
import { SessionPool } from './session-pool.ts';
import type { CompileOptions, Fetches, Tensors } from './tensors.ts';

/** A compiled ONNX graph on one device. It may hold the tensors of its last run until the next one, or until it is closed. */
export interface Session {
  /** Runs into the given output tensors, so that a step allocates nothing that outlives it. Returns all outputs. */
  run(feeds: Tensors, fetches: Fetches): Promise<Tensors>;
  close(): Promise<void>;
}

interface CompiledSession extends Session {
  /** Lets go of what the last run was given. */
  forget(): void;
}

/** The process's sessions; keeps none unless told to. */
export const sessions = new SessionPool<CompiledSession>(compile);

/**
 * @throws {ScalesweepError} `DEVICE_UNAVAILABLE` for a device that is not there or lacks an operation, `OUT_OF_MEMORY`.
 */
export function openSession(
  model: Uint8Array,
  device: string,
  threads: number,
  options?: CompileOptions,
): Promise<Session> {
  return sessions.open(model, device, threads, options);
}

async function compile(
  model: Uint8Array,
  device: string,
  threads: number,
  options: CompileOptions,
): Promise<CompiledSession> {
  const rethrowOn = (error: unknown): never => rethrow(error, device);
  const session = await open(model, device, threads, options).catch(rethrowOn);
  return {
    run: (feeds, fetches) => session.run(feeds, fetches).catch(rethrowOn),
    forget: () => session.forget(),
    close: () => session.close(),
  };
}

/** The C API knows the host's memory only: other devices are the binding's. */
async function open(
  model: Uint8Array,
  device: string,
  threads: number,
  options: CompileOptions,
): Promise<CompiledSession> {
  if (parseDevice(device)?.kind !== 'cpu') return openBound(model, device, threads, options);
  const loaded = await loadRuntime();
  if ('missing' in loaded) return openBound(model, device, threads, options);
  return DirectSession.open(loaded.runtime, model, threads, options);
}

function rethrow(error: unknown, device: string): never {
  if (/bad.?alloc|failed to allocate memory|out of memory/i.test(messageOf(error))) {
    throw new ScalesweepError('OUT_OF_MEMORY', `ONNX Runtime ran out of memory: ${messageOf(error)}`, { cause: error });
  }
  throw deviceError(error, device) ?? error;
}
