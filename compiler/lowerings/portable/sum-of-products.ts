import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext } from '../rule.ts';

interface Factor {
  /** [batch, channels, ...positions]. */
  readonly value: Value;
  readonly channels: number;
}

/**
 * [a, b] = sum over images and positions of left[n, a, p] * right[n, b, p].
 *
 * A product per image and a sum over images avoids transposing the activations; but where the stack of products is
 * larger than the activations themselves (late, wide stages), one product over all images is smaller and faster.
 */
export function sumOfProducts(context: LoweringContext, left: Factor, right: Factor, positions: number): Value {
  const { graph, batch } = context;
  const [a, b] = [left.channels, right.channels];
  if (positions > 1 && a * b <= positions * (a + b)) {
    const flatLeft = graph.add('Reshape', [left.value, graph.ints([batch, a, positions])]);
    const flatRight = graph.add('Reshape', [right.value, graph.ints([batch, b, positions])]);
    const stack = graph.add('MatMul', [flatLeft, graph.add('Transpose', [flatRight], { perm: [0, 2, 1] })]);
    return graph.add('ReduceSum', [stack, graph.ints([0])], { keepdims: 0 });
  }
  const rows = ({ value, channels }: Factor): Value => {
    const flat = graph.add('Reshape', [value, graph.ints([batch, channels, positions])]);
    return graph.add('Reshape', [
      graph.add('Transpose', [flat], { perm: [1, 0, 2] }),
      graph.ints([channels, batch * positions]),
    ]);
  };
  return graph.add('MatMul', [rows(left), graph.add('Transpose', [rows(right)], { perm: [1, 0] })]);
}
