import type { RecipeSpec } from '../../../contract/index.ts';
import type { StepRates } from '../../training/trainer.ts';
import type { Tensor, Tf, Variable } from './tf.ts';

/** One parameter, with what the optimiser keeps of it. */
export interface Trained {
  readonly value: Variable;
  readonly velocity: Variable;
  /** Moving average of the value, where one is kept. */
  readonly average: Variable | undefined;
  readonly decays: boolean;
}

/** The numbers of a step. */
export type Hyper = StepRates & Pick<RecipeSpec, 'momentum' | 'weightDecay'>;
/** Hyper-parameters as scalars on the device, made once a step and not once a parameter. */
export type Scalars = Readonly<Record<keyof Hyper, Tensor>>;

export function scalarsOf(tf: Tf, hyper: Hyper): Scalars {
  const { momentum, weightDecay, learningRate, emaDecay, statDecay } = hyper;
  return {
    momentum: tf.scalar(momentum),
    weightDecay: tf.scalar(weightDecay),
    learningRate: tf.scalar(learningRate),
    emaDecay: tf.scalar(emaDecay),
    statDecay: tf.scalar(statDecay),
  };
}

/**
 * Momentum SGD with weight decay, and the moving average of the new value:
 * v <- momentum v + g, w <- w - rate v, or with Nesterov's momentum w <- w - rate (g + momentum v).
 */
export function update(tf: Tf, trained: Trained, pure: Tensor, scalars: Scalars, nesterov: boolean): void {
  const { value, velocity, average, decays } = trained;
  const { momentum, learningRate, weightDecay, emaDecay } = scalars;
  const gradient = decays ? tf.add(pure, tf.mul(value, weightDecay)) : pure;
  velocity.assign(tf.add(gradient, tf.mul(velocity, momentum)));
  const step = nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity;
  value.assign(tf.sub(value, tf.mul(step, learningRate)));
  if (average !== undefined) follow(tf, average, value, emaDecay);
}

/** old + (1 - decay) * (fresh - old): exact where both are equal, for any decay. */
export function follow(tf: Tf, average: Variable, fresh: Tensor, decay: Tensor): void {
  average.assign(tf.add(average, tf.mul(tf.sub(fresh, average), tf.sub(1, decay))));
}
