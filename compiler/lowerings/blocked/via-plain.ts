import type { OpKind, Shape } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, Rule } from '../rule.ts';
import { dimsOf, fromPlain, reshape, roundUp, toPlain } from './tensor.ts';

/** A rule of the portable lowering, with its inputs brought to [N, C, H, W] and its results brought back. */
export function viaPlain<K extends OpKind>(rule: Rule<K>): Rule<K> {
  return {
    forward(context, node, inputs) {
      const plain = inputs.map((value, i) => toImages(context, value, context.shapeOf(node.inputs[i]!)));
      return fromImages(context, rule.forward(context, node, plain), node.shape);
    },
    backward(context, node, gradient) {
      const plainContext: LoweringContext = {
        ...context,
        valueOf: (id) => toImages(context, context.valueOf(id), context.shapeOf(id)),
      };
      return rule
        .backward(plainContext, node, toImages(context, gradient, node.shape))
        .map((value, i) =>
          value === undefined ? undefined : fromImages(context, value, context.shapeOf(node.inputs[i]!)),
        );
    },
  };
}

function toImages({ graph, batch }: LoweringContext, value: Value, shape: Shape): Value {
  const size = shape[0] * shape[1] * shape[2];
  const byPosition = reshape(graph, toPlain(graph, value, shape[0]), [size, batch]);
  return reshape(graph, graph.add('Transpose', [byPosition], { perm: [1, 0] }), [batch, ...shape]);
}

function fromImages({ graph, batch, block }: LoweringContext, value: Value, shape: Shape): Value {
  const [channels, height, width] = shape;
  const byImage = reshape(graph, value, [batch, channels * height * width]);
  let plain = reshape(graph, graph.add('Transpose', [byImage], { perm: [1, 0] }), [channels, height * width * batch]);
  const missing = roundUp(channels, block) - channels;
  if (missing > 0) plain = graph.add('Pad', [plain, graph.ints([0, 0, missing, 0])]);
  return fromPlain(graph, plain, dimsOf(shape, batch, block));
}
