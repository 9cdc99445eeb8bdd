import type { Value } from '../../onnx-graph.ts';
import type { LoweringContext, NodeOf, Rule } from '../rule.ts';
import { tapped, tapsOfKernel } from './filter-gradient.ts';
import { dimsOf, reshape } from './tensor.ts';

/** The image, plain, with the batch innermost: [1, C, H, W * N]. */
export const input: Rule<'input'> = {
  forward({ graph, batch }, node, [image]) {
    const [channels, height, width] = node.shape;
    const byImage = reshape(graph, image!, [batch, channels * height * width]);
    return reshape(graph, graph.add('Transpose', [byImage], { perm: [1, 0] }), dimsOf(node.shape, batch, 1));
  },
  backward: () => [],
};

/** The image has so few channels that all shifts of it are smaller than dy: one matrix product, [O / b, I * k * k, b]. */
export function stemFilterGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { graph, batch, block } = context;
  const image = context.shapeOf(node.inputs[0]!);
  const runs = reshape(graph, context.valueOf(node.inputs[0]!), [...image, batch]);
  const [, filters, height, width] = dimsOf(node.shape, batch, block);
  const positions = height * width;
  const shifted = tapsOfKernel(node.op.kernel).map((tap) =>
    reshape(graph, tapped(graph, runs, image, node, tap), [image[0], 1, positions]),
  );
  const rows = shifted.length === 1 ? shifted[0]! : graph.add('Concat', shifted, { axis: 1 });
  const left = reshape(graph, rows, [image[0] * shifted.length, positions]);
  return graph.add('MatMul', [left, reshape(graph, dy, [filters / block, positions, block])]);
}
