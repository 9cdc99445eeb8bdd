import { setImmediate } from 'node:timers/promises';
import { yieldToEventLoop } from '../../../process/yield-to-event-loop.ts';
import type { CompileOptions, Fetches, Tensors } from '../tensors.ts';
import type { Address } from './api.ts';
import { Handles } from './handles.ts';
import type { Runtime } from './library.ts';
import { tensorOf } from './tensor-value.ts';

/** Warnings of the graph optimiser are of no use to a reader. */
const LOG_ERRORS = 3;
/** By ONNX Runtime's numbers for them. */
const OPTIMISATION = { basic: 1, all: 99 } as const;

/**
 * A graph on the CPU, run through the C API. The binding for Node.js makes a new array of every output, also of those that
 * were written to a given tensor: twice the parameters in every step. This one leaves an output where it was written.
 */
export class DirectSession {
  readonly #runtime: Runtime;
  readonly #inputNames: readonly string[];
  readonly #inputs: Handles;
  readonly #outputs: Handles;
  #session: Address | undefined;

  static async open(
    runtime: Runtime,
    model: Uint8Array,
    threads: number,
    options: CompileOptions = {},
  ): Promise<DirectSession> {
    await setImmediate();
    const { api, env, arena } = runtime;
    const made = new BigUint64Array(1);
    api.createSessionOptions(made);
    const own = made[0]!;
    arena.enter();
    try {
      // See `openBound`, whose options these are.
      api.disableMemPattern(own);
      api.setSessionLogSeverityLevel(own, LOG_ERRORS);
      api.setIntraOpNumThreads(own, threads);
      api.setInterOpNumThreads(own, 1);
      api.setSessionGraphOptimizationLevel(own, OPTIMISATION[options.optimisation ?? 'all']);
      api.addSessionConfigEntry(own, 'session.use_env_allocators', '1');
      api.createSessionFromArray(env, model, model.byteLength, own, made);
      return new DirectSession(runtime, made[0]!);
    } catch (error) {
      arena.leave();
      throw error;
    } finally {
      api.releaseSessionOptions(own);
    }
  }

  private constructor(runtime: Runtime, session: Address) {
    this.#runtime = runtime;
    this.#session = session;
    this.#inputNames = inputsOf(runtime, session);
    this.#inputs = new Handles(runtime);
    this.#outputs = new Handles(runtime);
  }

  /**
   * Writes outputs to the given tensors and answers with those very tensors; `null` for an output that gets a new one. An
   * input and an output may share memory where the graph reads each number before it writes there.
   */
  async run(feeds: Tensors, fetches: Fetches): Promise<Tensors> {
    // A run holds the thread, which the binding's do not.
    await yieldToEventLoop();
    if (this.#session === undefined) throw new Error('Expected an open session, got one that has been closed');
    for (const name of this.#inputNames)
      if (feeds[name] === undefined) throw new Error(`Expected a tensor for the input ${name}, got none`);
    const [inputs, outputs] = [this.#inputs, this.#outputs];
    inputs.take(feeds);
    outputs.take(fetches);
    this.#runtime.api.run(
      this.#session,
      null,
      inputs.namePointers,
      inputs.values,
      inputs.count,
      outputs.namePointers,
      outputs.count,
      outputs.values,
    );
    const made = [...outputs.made()].map(([name, value]) => [name, tensorOf(this.#runtime, name, value)] as const);
    return made.length === 0 ? (fetches as Tensors) : { ...(fetches as Tensors), ...Object.fromEntries(made) };
  }

  /** Lets go of the tensors of the last run, which are held for the next one. */
  forget(): void {
    this.#inputs.forget();
    this.#outputs.forget();
  }

  async close(): Promise<void> {
    if (this.#session === undefined) return;
    this.forget();
    this.#runtime.api.releaseSession(this.#session);
    this.#runtime.arena.leave();
    this.#session = undefined;
  }
}

/** Every input of a graph has to be given: ONNX Runtime itself runs until it meets the one that is missing. */
function inputsOf(runtime: Runtime, session: Address): string[] {
  const { api, allocator } = runtime;
  const out = new BigUint64Array(1);
  api.sessionGetInputCount(session, out);
  return Array.from({ length: Number(out[0]) }, (_, i) => {
    api.sessionGetInputName(session, i, allocator, out);
    const name = runtime.textBehind(out);
    api.allocatorFree(allocator, out[0]!);
    return name;
  });
}
