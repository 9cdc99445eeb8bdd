/**
 * TensorFlow.js with its wasm backend in the training benchmark: `wasm-process.ts NETWORK BATCH`. One thread, with SIMD: its
 * threads do not start in Node. The network is interpreted by the tensorflow engine.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { buildNetwork } from '../../models/index.ts';
import type { Tf } from '../../worker/engines/tensorflow/tf.ts';
import { makeTensorflowTrainer } from '../../worker/engines/tensorflow/tensorflow-trainer.ts';
import { benchRecipe, serveSteps } from './serve-steps.ts';
import { networks } from './train-networks.ts';
import { completeWasm } from './wasm-kernels.ts';

const [name, size] = process.argv.slice(2);
const batch = Number(size);
const { spec } = networks.find((network) => network.name === name)!;

const load = createRequire(import.meta.url);
const tf = load('@tensorflow/tfjs') as Tf;
const wasm = load('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
wasm.setWasmPaths(`${path.dirname(load.resolve('@tensorflow/tfjs-backend-wasm'))}${path.sep}`);
tf.enableProdMode();
if (!(await tf.setBackend('wasm'))) throw new Error(`Expected the wasm backend, got ${tf.getBackend()}`);
completeWasm(tf);
const trainer = makeTensorflowTrainer({ tf, network: buildNetwork(spec), recipe: benchRecipe(batch), batch, seed: 1 });
await serveSteps({ trainer, spec, batch, warmUpSteps: 1, note: 'wasm' });
