import type { OnnxTrainerOptions } from '../../../worker/engines/onnx/onnx-trainer.ts';
import { openLibrary } from '../../../worker/engines/tensorflow/library.ts';
import { makeTensorflowTrainer } from '../../../worker/engines/tensorflow/tensorflow-trainer.ts';
import type { Trainer } from '../../../worker/training/trainer.ts';

/** The engine's library as the tests have it: computing in JavaScript. */
export const library = await openLibrary({ backend: 'javascript', device: 'cpu', threads: 1 });

/** A trainer from what the other engine's is opened with. */
export function openTensorflowTrainer(options: OnnxTrainerOptions): Promise<Trainer> {
  const { network, recipe, batch, microBatch = batch, seed } = options;
  return Promise.resolve(makeTensorflowTrainer({ tf: library.tf, network, recipe, batch, microBatch, seed }));
}
