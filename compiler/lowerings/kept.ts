import type { Node } from '../../models/index.ts';
import type { OnnxGraph } from '../onnx/onnx-graph.ts';

/** What a rule keeps of a node's forward pass for its backward pass, beyond the values of nodes: one of these for each rule that does. */
export class Kept<T> {
  readonly #what: string;
  readonly #graphs = new WeakMap<OnnxGraph, Map<string, T>>();

  constructor(what: string) {
    this.#what = what;
  }

  keep(graph: OnnxGraph, { name }: Node, value: T): void {
    const all = this.#graphs.get(graph) ?? new Map<string, T>();
    this.#graphs.set(graph, all.set(name, value));
  }

  of(graph: OnnxGraph, { name }: Node): T {
    const value = this.#graphs.get(graph)?.get(name);
    if (value === undefined)
      throw new Error(`Expected the ${this.#what} of ${name}, which its forward pass keeps: got none`);
    return value;
  }
}
