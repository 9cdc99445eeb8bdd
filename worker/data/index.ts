/** Datasets: fetched, checked, split, resized, and handed out in batches. */
export type { AugmentationRecipe } from './augment/augmenter.ts';
export {
  evalSteps,
  fillEvalBatch,
  fillTrainBatch,
  trainSteps,
  type BatchBuffers,
  type EvalBatchRequest,
  type TrainBatchRequest,
} from './batches.ts';
export { catalog } from './catalog.ts';
export { classCounts, type Dataset, type ImageSet, type ImageShape, type Split, type StoredImage } from './dataset.ts';
export type { DatasetDescriptor, DatasetFile, DatasetSource, SourceContext } from './descriptor.ts';
export { fetchDataset, type FetchedDataset, type FetchOptions } from './fetch.ts';
export type { FolderFacts } from './image-folder/open-folder.ts';
export { closeDatasets, describeSplits, openDataset } from './open.ts';
export { openPortable, portableDataset, type PortableDataset } from './portable.ts';
