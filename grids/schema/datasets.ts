/** Facts of the datasets that grids can name without stating them: what a plan must know before any image is read. */
export interface DatasetFacts {
  /** Names the content; part of every trial's id. */
  readonly identity: string;
  /** Training images, minival included. */
  readonly images: number;
  /** Left out where nobody has said. */
  readonly testImages?: number;
  readonly classes: number;
  readonly channels: number;
}

export const DATASETS: Readonly<Record<string, DatasetFacts>> = {
  /** Xiao et al. 2017: 60,000 training and 10,000 test images of 28x28, grey. */
  'fashion-mnist': { identity: 'fashion-mnist/1', images: 60_000, testImages: 10_000, classes: 10, channels: 1 },
  /** Krizhevsky 2009: 50,000 training and 10,000 test images of 32x32. */
  'cifar-10': { identity: 'cifar-10/1', images: 50_000, testImages: 10_000, classes: 10, channels: 3 },
  /** Russakovsky et al. 2015 (ILSVRC 2012): 1,281,167 training and 50,000 validation images. */
  imagenet: { identity: 'ilsvrc2012', images: 1_281_167, testImages: 50_000, classes: 1000, channels: 3 },
};

/** Share of the training set that is held out for choosing (ResNet-RS, section 4.2). */
export const DEFAULT_MINIVAL_FRACTION = 0.02;
