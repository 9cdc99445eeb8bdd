import { dimsOf, type Network } from '../../models/index.ts';
import { Differentiation } from '../differentiate.ts';
import { convAttributes } from '../lowerings/portable/conv-attributes.ts';
import { portable } from '../lowerings/portable/index.ts';
import { windowOf } from '../lowerings/portable/max-pool.ts';
import type { Lowering } from '../lowerings/rule.ts';
import { OnnxGraph, type Value } from '../onnx/onnx-graph.ts';
import { foldNorms } from './fold-norms.ts';

export const INPUT_NAME = 'image';
export const OUTPUT_NAME = 'logits';

/**
 * A trained network as an ONNX file of standard operations: `image`, float32 [batch, channels, height, width] with the
 * batch left open, to `logits` [batch, classes]. Norms are folded into the convolutions before them; what only a
 * training does (drops) is not in it.
 *
 * Logits differ from those of the evaluation that the trial was judged by in their last bits: there the same sums are
 * formed in another order, and ONNX Runtime folds norms that it finds behind constant filters anyway, so that leaving
 * them in the file would not bring the two closer.
 *
 * @param params flat, in the network's own layout: the moving average where there is one.
 * @param stats likewise.
 */
export function buildInferenceModel(
  network: Network,
  params: Float32Array,
  stats: Float32Array,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const graph = new OnnxGraph();
  const { tensors, folded } = foldNorms(network, params, stats);
  const values = new Map<string, Value>();
  for (const [name, { values: numbers, shape }] of tensors) values.set(name, graph.tensor(name, numbers, shape));
  const image = graph.input(INPUT_NAME, ['batch', ...dimsOf(network.nodes[0]!.shape)]);
  const pass = new Differentiation(network, inference(folded, values), {
    graph,
    // Open: no rule used here asks for it.
    batch: Number.NaN,
    mode: 'evaluate',
    image,
    params: values,
    stats: values,
    masks: new Map(),
  });
  graph.output(OUTPUT_NAME, pass.forward(), ['batch', network.classes]);
  return graph.encode(metadata);
}

/** The portable rules, where they do not know the batch, and what a fold changes. */
function inference(folded: ReadonlySet<string>, tensors: ReadonlyMap<string, Value>): Lowering {
  const forwardOnly = {
    backward: (): never => {
      throw new Error('Expected a forward pass: an exported network is not trained');
    },
  };
  return {
    ...portable,
    layout: 'inference',
    rules: {
      ...portable.rules,
      conv: {
        ...forwardOnly,
        forward({ graph, param }, { name, op }, [x]) {
          const bias = tensors.get(`${name}.bias`);
          const inputs = [x!, param(`${name}.weight`), ...(bias === undefined ? [] : [bias])];
          return graph.add('Conv', inputs, convAttributes(op));
        },
      },
      norm: {
        ...forwardOnly,
        forward: (context, node, inputs) =>
          folded.has(node.name) ? inputs[0]! : portable.rules.norm.forward(context, node, inputs),
      },
      'max-pool': {
        ...forwardOnly,
        forward: ({ graph }, node, [x]) => graph.add('MaxPool', [x!], windowOf(node)),
      },
      dense: {
        ...forwardOnly,
        forward({ graph, param }, { name }, [x]) {
          const flat = graph.add('Flatten', [x!], { axis: 1 });
          return graph.add('Gemm', [flat, param(`${name}.weight`), param(`${name}.bias`)], { transB: 1 });
        },
      },
    },
  };
}
