import type { Shape } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext } from '../rule.ts';

/**
 * [a, b] = sum over images and positions of left[n, a, p] * right[n, b, p].
 *
 * A product per image and a sum over images avoids transposing the activations; but where the stack of products is
 * larger than the activations themselves (late, wide stages), one product over all images is smaller and faster.
 */
export function sumOfProducts(
  context: LoweringContext,
  left: Value,
  leftShape: Shape,
  right: Value,
  rightShape: Shape,
): Value {
  const { graph, batch } = context;
  const [a, b] = [leftShape[0], rightShape[0]];
  const positions = leftShape[1] * leftShape[2];
  if (positions > 1 && a * b <= positions * (a + b)) {
    const flatLeft = graph.add('Reshape', [left, graph.ints([batch, a, positions])]);
    const flatRight = graph.add('Reshape', [right, graph.ints([batch, b, positions])]);
    const stack = graph.add('MatMul', [flatLeft, graph.add('Transpose', [flatRight], { perm: [0, 2, 1] })]);
    return graph.add('ReduceSum', [stack, graph.ints([0])], { keepdims: 0 });
  }
  const rows = (value: Value, channels: number): Value => {
    const flat = graph.add('Reshape', [value, graph.ints([batch, channels, positions])]);
    return graph.add('Reshape', [
      graph.add('Transpose', [flat], { perm: [1, 0, 2] }),
      graph.ints([channels, batch * positions]),
    ]);
  };
  return graph.add('MatMul', [rows(left, a), graph.add('Transpose', [rows(right, b)], { perm: [1, 0] })]);
}
