import { random } from '../../contract/index.ts';
import { fillTrainBatch, type AugmentationRecipe, type Dataset } from '../data/index.ts';
import { memorySet } from '../data/memory-set.ts';
import type { Assembly } from './observation.ts';
import { typicalMs } from './stopwatch.ts';

const SIDE = 32;
const IMAGES = 128;

/** Times the augmenter on synthetic images, one recipe after the other. */
export async function measureAssembly(): Promise<Assembly> {
  const dataset = madeUp();
  const images = new Float32Array(IMAGES * SIDE * SIDE);
  const labels = new Int32Array(IMAGES);
  const perPixel = async (change: Partial<AugmentationRecipe>): Promise<number> => {
    const recipe = { flip: true, crop: 'none' as const, randAugmentLayers: 0, randAugmentMagnitude: 10, ...change };
    let epoch = 0;
    const fill = (): unknown => fillTrainBatch({ dataset, recipe, seed: 1, epoch: epoch++, batch: 0, images, labels });
    return (await typicalMs(true, 3, fill)) / 1000 / images.length;
  };
  const plain = await perPixel({});
  // A negative difference is noise.
  const beyond = (seconds: number): number => Math.max(plain / 100, seconds - plain);
  return {
    plain,
    pad: beyond(await perPixel({ crop: 'pad' })),
    resized: beyond(await perPixel({ crop: 'resized' })),
    randAugmentLayer: beyond(await perPixel({ randAugmentLayers: 1 })),
  };
}

function madeUp(): Dataset {
  const draw = random(1, 'calibration');
  const set = memorySet(new Uint16Array(IMAGES), 1, {
    side: SIDE,
    pixels: Uint8Array.from({ length: IMAGES * SIDE * SIDE }, () => draw.below(256)),
  });
  const none = memorySet(new Uint16Array(0), 1, { side: SIDE, pixels: new Uint8Array(0) });
  return {
    name: 'made-up',
    identity: '1',
    classes: 1,
    mean: [0.5],
    std: [0.25],
    train: set,
    minival: none,
    test: none,
  };
}
