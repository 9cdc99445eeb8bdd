import { dimsOf, elements, sizeOf, type OpKind, type Shape } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, Rule } from '../rule.ts';
import { blockedDims, fromPlain, reshape, roundUp, toPlain } from './tensor.ts';

/** A rule of the portable lowering, with its inputs brought to [N, C, H, W] and its results brought back. */
export function viaPlain<K extends OpKind>(rule: Rule<K>): Rule<K> {
  return {
    forward(context, node, inputs) {
      const plain = inputs.map((value, i) => toImages(context, value, node.inputs[i]!));
      return fromImages(context, rule.forward(context, node, plain), node.shape);
    },
    backward(context, node, gradient) {
      const plainContext: LoweringContext = {
        ...context,
        valueOf: (id) => toImages(context, context.valueOf(id), id),
      };
      return rule
        .backward(plainContext, node, toImages(context, gradient, node.id))
        .map((value, i) =>
          value === undefined ? undefined : fromImages(context, value, context.shapeOf(node.inputs[i]!)),
        );
    },
  };
}

function toImages(context: LoweringContext, value: Value, id: number): Value {
  const { graph, batch } = context;
  const shape = context.shapeOf(id);
  // The image is plain already, but for its batch, which is innermost.
  const plain = context.needsGradient(id) ? toPlain(graph, value, shape.channels) : value;
  const byPosition = reshape(graph, plain, [sizeOf(shape), batch]);
  return reshape(graph, graph.add('Transpose', [byPosition], { perm: [1, 0] }), [batch, ...dimsOf(shape)]);
}

function fromImages({ graph, batch, block }: LoweringContext, value: Value, shape: Shape): Value {
  const { channels, spatial } = shape;
  const byImage = reshape(graph, value, [batch, sizeOf(shape)]);
  const transposed = graph.add('Transpose', [byImage], { perm: [1, 0] });
  let plain = reshape(graph, transposed, [channels, elements(spatial) * batch]);
  const missing = roundUp(channels, block) - channels;
  if (missing > 0) plain = graph.add('Pad', [plain, graph.ints([0, 0, missing, 0])]);
  return fromPlain(graph, plain, blockedDims(shape, batch, block));
}
