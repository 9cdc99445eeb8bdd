import { expect, it, vi } from 'vitest';
import { random } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { loadRuntime } from '../../../worker/engines/onnx/direct/library.ts';
import { openOnnxTrainer } from '../../../worker/engines/onnx/onnx-trainer.ts';
import { everything, smallNetwork } from './exercise.ts';

vi.mock('koffi', () => {
  throw new Error('Cannot find the native Koffi module');
});

it('trains through the binding where the C API cannot be called, and says so', async () => {
  expect(await loadRuntime()).toHaveProperty('missing');
  const recipe = { ...everything, dropout: 0, stochasticDepth: 0 };
  const trainer = await openOnnxTrainer({
    network: buildNetwork(smallNetwork),
    recipe,
    batch: 16,
    seed: 1,
    device: 'cpu',
    threads: 1,
  });
  expect(trainer.placement).toMatch(/^outputs are copied every step: no C API \(.+\)$/);
  const draw = random(1, 'images');
  const images = Float32Array.from({ length: 16 * smallNetwork.resolution ** 2 }, () => draw.normal());
  const labels = Int32Array.from({ length: 16 }, () => draw.below(smallNetwork.classes));
  const rates = { learningRate: 0.01, emaDecay: 0.9, statDecay: 0.5 };
  const { loss } = await trainer.step({ images, labels }, rates);
  expect((await trainer.step({ images, labels }, rates)).loss).toBeLessThan(loss);
  await trainer.close();
});
