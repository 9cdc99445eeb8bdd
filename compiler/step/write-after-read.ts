import type { OnnxGraph, Value } from '../onnx/onnx-graph.ts';
import type { NodeMessage } from '../onnx/proto.ts';

/** Operations whose output may be their input's very memory. */
const VIEWS: ReadonlySet<string> = new Set(['Reshape', 'Identity']);

/**
 * Who reads what in a graph, as far as it was written when this was made. ONNX Runtime does not know that an output lies where
 * an input does: that everybody has read the old numbers before the new ones are written has to stand in the graph.
 */
export class Readers {
  readonly #graph: OnnxGraph;
  readonly #makers = new Map<Value, NodeMessage>();
  readonly #readers = new Map<Value, NodeMessage[]>();

  constructor(graph: OnnxGraph) {
    this.#graph = graph;
    for (const node of graph.nodes) {
      for (const value of node.output) this.#makers.set(value, node);
      for (const value of new Set(node.input)) {
        const readers = this.#readers.get(value);
        if (readers === undefined) this.#readers.set(value, [node]);
        else readers.push(node);
      }
    }
  }

  /**
   * The number of a vector of one, but not before everybody has read `read`. Those that `awaited` waits for are not waited for again: most,
   * where a gradient is awaited.
   */
  after(number: Value, read: Value, awaited: Value): Value {
    const graph = this.#graph;
    const first = this.#before(awaited);
    const late = this.#readersOf(read).filter((node) => !first.has(node));
    if (late.length === 0) return number;
    // Nothing is computed from what they have made: its size is known when it is there, and less itself it is no size at all.
    const sizes = late.map((node) => graph.add('Size', [node.output[0]!]));
    const size = sizes.reduce((sum, each) => graph.add('Add', [sum, each]));
    return graph.add('Gather', [number, graph.add('Sub', [size, size])]);
  }

  #readersOf(value: Value): NodeMessage[] {
    return (this.#readers.get(value) ?? []).flatMap((node) =>
      VIEWS.has(node.opType) ? [node, ...this.#readersOf(node.output[0]!)] : [node],
    );
  }

  /** All that is executed before the value is there. */
  #before(value: Value): Set<NodeMessage> {
    const found = new Set<NodeMessage>();
    const open = [value];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const maker = this.#makers.get(next);
      if (maker === undefined || found.has(maker)) continue;
      found.add(maker);
      open.push(...maker.input);
    }
    return found;
  }
}
