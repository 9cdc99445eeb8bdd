import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';

/** Values that are written when they are read. Until then an operation may fuse what they will be instead. */
export class Pending<T> {
  readonly #graphs = new WeakMap<OnnxGraph, Map<Value, T>>();
  readonly #write: (graph: OnnxGraph, what: T) => Value;

  constructor(write: (graph: OnnxGraph, what: T) => Value) {
    this.#write = write;
  }

  defer(graph: OnnxGraph, what: T): Value {
    const all = this.#graphs.get(graph) ?? new Map<Value, T>();
    this.#graphs.set(graph, all);
    const value = graph.defer(() => {
      all.delete(value);
      return this.#write(graph, what);
    });
    all.set(value, what);
    return value;
  }

  /** What the value will be, as long as nothing has read it. */
  of(graph: OnnxGraph, value: Value): T | undefined {
    return this.#graphs.get(graph)?.get(value);
  }
}
