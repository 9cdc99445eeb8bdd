import { OnnxGraph, SUCCESSOR, type Vector } from '../../../compiler/index.ts';
import { openSession, type Session } from './session.ts';
import type { Fetches, Tensors } from './tensors.ts';
import type { TrainingState } from './training-state.ts';
import type { TrainingVectors } from './training-vectors.ts';

/** Of outputs that are read: an output may not be called as an input. */
const READ = 'read.';

/** By what a step's output is called: the input that it becomes. */
const PREDECESSOR = new Map(Object.entries(SUCCESSOR).map(([vector, successor]) => [successor as string, vector]));

/**
 * A training that stays on its device: the outputs of a step are buffers there, and the inputs of the next one. They come to
 * the host when somebody asks for the state (a checkpoint, the end), and go back from there after `restore`.
 *
 * ONNX Runtime for Node.js (1.30) hands out such buffers for WebGPU only, and cannot read them (`Tensor.getData` is not
 * implemented there): a graph of `Identity` operations does.
 */
export class ResidentVectors implements TrainingState {
  readonly #host: TrainingVectors;
  readonly #reader: Session;
  /** By the names of the step's inputs; `undefined` while the host's are the valid ones. */
  #onDevice: Tensors | undefined;

  /** The caller closes it. */
  static async open(host: TrainingVectors, device: string): Promise<ResidentVectors> {
    const graph = new OnnxGraph();
    for (const [name, { dims }] of Object.entries(host.feeds()))
      graph.output(`${READ}${name}`, graph.add('Identity', [graph.input(name, dims)]), dims);
    return new ResidentVectors(host, await openSession(graph.encode(), device, 1));
  }

  private constructor(host: TrainingVectors, reader: Session) {
    this.#host = host;
    this.#reader = reader;
  }

  has(name: Vector): boolean {
    return this.#host.has(name);
  }

  feeds(names?: readonly Vector[], as: Partial<Record<Vector, string>> = {}): Tensors {
    if (this.#onDevice === undefined) return this.#host.feeds(names, as);
    const chosen: Tensors = {};
    for (const [name, tensor] of Object.entries(this.#onDevice)) {
      const [vector, rest] = apart(name);
      if (names === undefined || names.includes(vector as Vector))
        chosen[(as[vector as Vector] ?? vector) + rest] = tensor;
    }
    return chosen;
  }

  fetches(): Fetches {
    return Object.fromEntries(Object.keys(this.#host.fetches()).map((name) => [name, null]));
  }

  advance(outputs: Tensors): void {
    const next: Tensors = {};
    for (const [name, tensor] of Object.entries(outputs)) {
      const [successor, rest] = apart(name);
      const vector = PREDECESSOR.get(successor);
      if (vector !== undefined) next[vector + rest] = tensor;
    }
    this.#release();
    this.#onDevice = next;
  }

  set(vector: Vector, tensor: string, values: Float32Array): void {
    if (this.#onDevice !== undefined) throw new Error('Expected no step before the initial values are set, got one');
    this.#host.set(vector, tensor, values);
  }

  async state(): Promise<Map<string, Float32Array>> {
    if (this.#onDevice !== undefined) {
      const targets = Object.entries(this.#host.feeds()).map(([name, tensor]) => [READ + name, tensor]);
      await this.#reader.run(this.#onDevice, Object.fromEntries(targets) as Tensors);
    }
    return this.#host.state();
  }

  restore(state: ReadonlyMap<string, Float32Array>): void {
    this.#host.restore(state);
    this.#release();
  }

  async close(): Promise<void> {
    this.#release();
    await this.#reader.close();
  }

  #release(): void {
    for (const tensor of Object.values(this.#onDevice ?? {})) tensor.dispose();
    this.#onDevice = undefined;
  }
}

/** `params.stem.weight` as `params` and `.stem.weight`. */
function apart(name: string): [string, string] {
  const dot = name.indexOf('.');
  return dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
}
