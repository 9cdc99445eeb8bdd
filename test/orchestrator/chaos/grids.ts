/** Grids small enough to be killed twenty times in a minute or so. */

const RECIPE = `
recipe:
  batchSize: 32
  learningRate: 0.05
  flip: true
`;

/** Trials of the noop engine, whose steps come from SCALESWEEP_NOOP. */
export function noopGrid({ trials, epochs }: { readonly trials: number; readonly epochs: number }): string {
  return `
question: Does anything get lost when processes are killed?
engine: noop
model: { family: resnet-rs-small, baseWidth: 4 }
data: { name: fashion-mnist, trainImages: 1000, minivalImages: 1000 }
${RECIPE}
seeds: ${trials}
axes:
  width: [1]
  depth: [8]
  resolution: [8]
  epochs: [${epochs}]
`;
}

/** Of {@link ONNX_GRID}: 2000 images in whole batches of 32. */
export const ONNX_STEPS_PER_EPOCH = 62;

/** Real trainings of a few seconds each, in the plain and in the blocked layout; long enough for twenty kills. */
export const ONNX_GRID = `
question: Does anything get lost when trainings are killed?
model: { family: resnet-rs-small, baseWidth: 4 }
data: { name: fashion-mnist, trainImages: 2000, minivalImages: 1000 }
${RECIPE}
axes:
  width: [1, 4]
  depth: [8, 14]
  resolution: [8, 12]
  epochs: [16]
`;
