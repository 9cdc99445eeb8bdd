import { random, type RecipeSpec } from '../../../contract/index.ts';
import { layoutOf } from '../../../compiler/index.ts';
import { elements, sizeOf, type Network } from '../../../models/index.ts';
import type { Choice } from '../../../worker/engines/onnx/choose-lowering.ts';
import { openOnnxTrainer, type OnnxTrainerOptions } from '../../../worker/engines/onnx/onnx-trainer.ts';
import type { Trainer } from '../../../worker/training/trainer.ts';
import { everything } from '../../worker/onnx/exercise.ts';

/** Nothing beside the gradient in the momentum buffer. */
export const plainSteps: RecipeSpec = {
  ...everything,
  weightDecay: 0,
  labelSmoothing: 0,
  dropout: 0,
  stochasticDepth: 0,
  emaDecay: 0,
};

export interface Start {
  /** In the network's own layout. */
  readonly params: Float32Array;
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

export function drawnStart(network: Network, batch: number, seed: number): Start {
  const draw = random(seed, 'graphs');
  const inits = new Map(network.nodes.flatMap(({ params }) => params.map((param) => [param.name, param])));
  const params = layoutOf(network).params.flatMap(({ name, size }) => {
    const { shape } = inits.get(name)!;
    const fanIn = elements(shape.slice(1));
    return Array.from({ length: size }, () =>
      shape.length > 1 ? draw.normal() / Math.sqrt(fanIn) : 0.5 + draw.next(),
    );
  });
  const images = Float32Array.from({ length: batch * sizeOf(network.nodes[0]!.shape) }, () => draw.normal());
  const labels = Int32Array.from({ length: batch }, () => draw.below(network.classes));
  return { params: Float32Array.from(params), images, labels };
}

export interface Step {
  readonly loss: number;
  /** In the network's own layout. */
  readonly gradients: Float32Array;
  /** Logits of the images in evaluation mode, with running statistics that a step has moved halfway. */
  readonly evaluation: Float32Array;
}

/** One training step at a learning rate of 0. */
export async function stepOf(
  network: Network,
  { params, images, labels }: Start,
  choice?: Choice,
  open: (options: OnnxTrainerOptions) => Promise<Trainer> = openOnnxTrainer,
): Promise<Step> {
  const batch = labels.length;
  const recipe = { ...plainSteps, batchSize: batch, nesterov: false };
  const chosen = choice === undefined ? {} : { choice };
  const trainer = await open({ network, recipe, batch, seed: 1, device: 'cpu', threads: 1, ...chosen });
  try {
    const state = new Map<string, Float32Array>();
    for (const [name, values] of await trainer.state()) state.set(name, values.slice());
    trainer.restore(state.set('params', params));
    const batchOf = { images, labels, dropout: undefined, dropPath: undefined };
    const { loss } = await trainer.step(batchOf, { learningRate: 0, emaDecay: 0, statDecay: 0.5 });
    const gradients = (await trainer.state()).get('velocity')!.slice();
    const padded = new Float32Array(trainer.evaluationBatch * (images.length / batch));
    padded.set(images.subarray(0, padded.length));
    const evaluation = (await trainer.evaluate(padded)).slice(
      0,
      Math.min(batch, trainer.evaluationBatch) * network.classes,
    );
    return { loss, gradients, evaluation };
  } finally {
    await trainer.close();
  }
}

/** Largest error of a parameter's gradient, relative to its largest value, by name. */
export function gradientErrors(network: Network, ours: Float32Array, theirs: Float32Array): Map<string, number> {
  return new Map(
    layoutOf(network).params.map(({ name, offset, size }) => {
      const [our, their] = [ours, theirs].map((all) => all.subarray(offset, offset + size));
      const scale = Math.max(...their!.map(Math.abs), 1e-6);
      return [name, Math.max(...our!.map((value, at) => Math.abs(value - their![at]!))) / scale];
    }),
  );
}
