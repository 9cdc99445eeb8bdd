/** Datasets: fetched, checked, split, resized, and handed out in batches. */
export type { AugmentationRecipe } from './augment/augmenter.ts';
export { evalSteps, fillEvalBatch, fillTrainBatch, trainSteps } from './batches.ts';
export { catalog } from './catalog.ts';
export { classCounts, type Dataset, type ImageSet, type Split } from './dataset.ts';
export { fetchDataset } from './fetch.ts';
export { splitNames } from './image-folder/split-names.ts';
export type { FolderFacts } from './image-folder/open-folder.ts';
export { shownUpTo } from './image-folder/stored-size.ts';
export { classNamesOf, lookAtPhotographs, packedFacts } from './known-facts.ts';
export { closeDatasets, describeSplits, openDataset } from './open.ts';
export { openPortable, portableDataset, type PortableDataset } from './portable.ts';
