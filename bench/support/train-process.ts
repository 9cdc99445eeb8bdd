/** One of our processes in the training benchmark: `train-process.ts NETWORK THREADS`. */
import { buildNetwork } from '../../models/index.ts';
import { openOnnxTrainer } from '../../worker/engines/onnx/onnx-trainer.ts';
import { benchRecipe, serveSteps } from './serve-steps.ts';
import { networks } from './train-networks.ts';

const [name, threads] = process.argv.slice(2);
const { spec, batch } = networks.find((network) => network.name === name)!;
const network = buildNetwork(spec);
const recipe = benchRecipe(batch);
const trainer = await openOnnxTrainer({ network, recipe, batch, seed: 1, device: 'cpu', threads: Number(threads) });
await serveSteps({ trainer, spec, batch, warmUpSteps: 3, note: trainer.choice.lowering.layout });
