import type { Network, Node, OpKind, Shape } from '../models/index.ts';
import type { OnnxGraph, Value } from './onnx/onnx-graph.ts';
import type { Lowering, LoweringContext, Rule } from './lowerings/rule.ts';

export interface Bindings {
  readonly graph: OnnxGraph;
  readonly batch: number;
  readonly mode: 'train' | 'evaluate';
  /** [batch, channels, ...spatial]. */
  readonly image: Value;
  readonly params: ReadonlyMap<string, Value>;
  readonly stats: ReadonlyMap<string, Value>;
  /** Masks by node name, where something is dropped. */
  readonly masks: ReadonlyMap<string, Value>;
}

/** The network written into an ONNX graph; reverse-mode differentiation walks the same nodes backwards. */
export class Differentiation {
  /** Gradients by parameter name, after `backward`. */
  readonly gradients: Map<string, Value> = new Map();
  /** This batch's statistics by name, after a forward pass in `train` mode. */
  readonly batchStats: Map<string, Value> = new Map();
  readonly #network: Network;
  readonly #lowering: Lowering;
  readonly #bindings: Bindings;
  readonly #values: Value[] = [];

  constructor(network: Network, lowering: Lowering, bindings: Bindings) {
    this.#network = network;
    this.#lowering = lowering;
    this.#bindings = bindings;
  }

  /** Writes the forward pass; returns the logits, [batch, classes]. */
  forward(): Value {
    const context = this.#context();
    for (const node of this.#network.nodes) {
      const inputs = node.op.kind === 'input' ? [this.#bindings.image] : node.inputs.map((id) => this.#values[id]!);
      this.#values.push(this.#rule(node).forward(context, node, inputs));
    }
    return this.#values.at(-1)!;
  }

  /** Writes the backward pass from the gradient of the logits. */
  backward(logitsGradient: Value): void {
    const context = this.#context();
    const { graph } = this.#bindings;
    const incoming = new Map<number, Value[]>([[this.#network.nodes.length - 1, [logitsGradient]]]);
    for (const node of this.#network.nodes.toReversed()) {
      const parts = incoming.get(node.id);
      if (parts === undefined || node.op.kind === 'input') continue;
      const gradient = parts.length === 1 ? parts[0]! : this.#lowering.sum(graph, parts);
      this.#rule(node)
        .backward(context, node, gradient)
        .forEach((value, index) => {
          const id = node.inputs[index]!;
          if (value !== undefined && this.#network.nodes[id]!.op.kind !== 'input')
            incoming.set(id, [...(incoming.get(id) ?? []), value]);
        });
    }
  }

  #rule(node: Node): Rule<OpKind> {
    // A rule takes the node of its own kind; the lookup is by that kind.
    return this.#lowering.rules[node.op.kind];
  }

  #context(): LoweringContext {
    const { graph, batch, mode, params, stats, masks } = this.#bindings;
    const { nodes } = this.#network;
    return {
      graph,
      batch,
      packed: 1,
      block: this.#lowering.block,
      mode,
      param: (name) => named(params, name, 'parameter'),
      stat: (name) => named(stats, name, 'statistic'),
      shapeOf: (id): Shape => nodes[id]!.shape,
      valueOf: (id) => this.#values[id]!,
      needsGradient: (id) => nodes[id]!.op.kind !== 'input',
      gradient: (name, value) => void this.gradients.set(name, value),
      batchStat: (name, value) => void this.batchStats.set(name, value),
      mask: (node) => masks.get(node.name),
    };
  }
}

function named(values: ReadonlyMap<string, Value>, name: string, what: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new Error(`Expected a ${what} named ${name}, the graph has none`);
  return value;
}
