import { dataSpec, ScalesweepError } from '../../../contract/index.ts';
import { DATASETS, type StarterData } from '../../../grids/index.ts';

export interface StarterDataOptions {
  readonly data: string;
  readonly trainer?: string;
  readonly images?: number;
  readonly classes?: number;
  readonly channels?: number;
  readonly resolution?: number;
}

/** Sides at which a first grid trains on the datasets that the program knows, pixels. */
const SIDES: Readonly<Record<string, number>> = { 'fashion-mnist': 28, 'cifar-10': 32, imagenet: 160 };
const PHOTOGRAPH_SIDE = 64;

/**
 * What a grid states of a dataset: of one that the program knows, its name; of packed photographs, what was found in them; of one
 * that a trainer brings, what the options say.
 *
 * @throws {ScalesweepError} `USAGE` for a name that cannot be, `DATASET_UNAVAILABLE` where nothing is known of the dataset.
 */
export async function starterData(options: StarterDataOptions, log: (line: string) => void): Promise<StarterData> {
  const { data: name, resolution } = options;
  if (!dataSpec.shape.name.safeParse(name).success) {
    throw new ScalesweepError(
      'USAGE',
      `Expected a dataset name of lower-case letters, digits, dots, dashes and underscores, got '${name}'`,
    );
  }
  refuseHalf(options);
  const known = Object.hasOwn(DATASETS, name) ? DATASETS[name] : undefined;
  if (known !== undefined) return { name, images: known.images, side: resolution ?? SIDES[name] ?? PHOTOGRAPH_SIDE };
  const { images, classes } = options;
  if (images !== undefined && classes !== undefined) {
    const own = { identity: `${name}/1`, classes, channels: options.channels ?? 3 };
    return { name, images, own, side: resolution ?? PHOTOGRAPH_SIDE };
  }
  const { packedFacts } = await import('../../../worker/data/index.ts');
  const packed = await packedFacts(name, { log });
  if (packed !== undefined) {
    const { identity, trainImages, classes, side } = packed;
    const own = { identity, classes: classes.length, channels: 3 };
    return {
      name,
      images: trainImages,
      own,
      side: resolution ?? Math.min(PHOTOGRAPH_SIDE, Math.floor((side * 7) / 8)),
    };
  }
  throw new ScalesweepError('DATASET_UNAVAILABLE', `Expected what is known of the dataset ${name}, got nothing`, {
    hint:
      options.trainer === undefined
        ? `Photographs: scalesweep data fetch ${name} packs them first (docs/datasets.md). The program knows ${Object.keys(DATASETS).join(', ')}.`
        : `Say how many images and classes your trainer has: --images N --classes N.`,
  });
}

/** @throws {ScalesweepError} `USAGE` for facts of a dataset that the program knows, and for half of those of another */
function refuseHalf({ data, images, classes, channels }: StarterDataOptions): void {
  const given = Object.entries({ images, classes, channels }).filter(([, value]) => value !== undefined);
  if (given.length === 0) return;
  const flags = given.map(([name]) => `--${name}`).join(' and ');
  if (Object.hasOwn(DATASETS, data))
    throw new ScalesweepError('USAGE', `Expected no ${flags} for the built-in dataset ${data}, got ${given.length}`);
  if (images === undefined || classes === undefined)
    throw new ScalesweepError('USAGE', `Expected --images and --classes of the dataset ${data}, got ${flags} alone`);
}
