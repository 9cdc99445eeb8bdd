/** Distributions and the noise of seeds, which queries and findings share. Loads no store. */
export { seedNoise, type SeedGroup, type SeedNoise, type SeedPlace } from './seed-noise.ts';
export { selectedMean, type Selected } from './selected-mean.ts';
export { pooledVariance, priorDf, shrunk, type Variance } from './shrink-variances.ts';
export { criticalT, normalBelow, normalQuantile, twoSidedP, upperF } from './student.ts';
