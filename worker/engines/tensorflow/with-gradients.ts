import type { Scalar, Tensor, Tf, Variable } from './tf.ts';

/** Lets a tensor of the forward pass live until the step is done. */
export type Keep = (tensor: Tensor) => Tensor;

/**
 * Runs a forward pass, differentiates its loss, and hands the gradients (in the order of the weights) to `use`. Called
 * inside a `tidy`. Nothing of the pass outlives it, also when it throws: TensorFlow.js frees what the tape saved for
 * the backward pass at the end of that only, so a step that runs out of memory would keep all of it.
 */
export function withGradients<T>(
  tf: Tf,
  weights: readonly Variable[],
  lossOf: (keep: Keep) => Tensor,
  use: (loss: Tensor, gradients: readonly Tensor[]) => T,
): T {
  const kept: Tensor[] = [];
  const keep: Keep = (tensor) => {
    kept.push(tf.keep(tensor));
    return tensor;
  };
  let tape: { readonly saved?: readonly Tensor[] }[] = [];
  try {
    const { value, grads } = tf.variableGrads(() => {
      tape = tf.engine().state.activeTape;
      return lossOf(keep) as Scalar;
    }, [...weights]);
    return use(
      value,
      weights.map(({ name }) => grads[name]!),
    );
  } catch (error) {
    for (const { saved } of tape) for (const tensor of saved ?? []) tensor.dispose();
    throw error;
  } finally {
    for (const tensor of kept) tensor.dispose();
  }
}
