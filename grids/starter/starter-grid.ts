/** A commented grid to begin with. */
import { formatAmount, ScalesweepError } from '../../contract/index.ts';
import type { RegisteredFamily } from '../../models/index.ts';
import { parseGrid } from '../read/parse.ts';
import { planGrid } from '../plan/plan.ts';
import { starterAxes } from './starter-axes.ts';

export interface StarterData {
  readonly name: string;
  /** Training images that there are. */
  readonly images: number;
  /** What a grid states of a dataset that the program does not know. */
  readonly own?: { readonly identity: string; readonly classes: number; readonly channels: number };
  /** Side at which the images are trained on, pixels. */
  readonly side: number;
}

export interface StarterOptions {
  /** Where it will lie; stands in the commands of its comments. */
  readonly file: string;
  readonly data: StarterData;
  readonly family: RegisteredFamily;
  /** Name of a trainer of the user's own. */
  readonly trainer?: string | undefined;
}

export interface StarterGrid {
  readonly text: string;
  readonly trials: number;
}

/** Trained on in a first sweep, where there are more: minutes on two cores. */
const FIRST_IMAGES = 10_000;
/** Held out, one image is a tenth of a point; of few images a fifth is held out, or what tells cells apart at all. */
const HELD_OUT = 1000;
const FEWEST_HELD_OUT = 100;

/**
 * Two values on every axis, and budgets that some but not all cells are under. What it returns was planned.
 *
 * @throws {ScalesweepError} `USAGE` for a family without a network for such images.
 */
export function starterGrid(options: StarterOptions): StarterGrid {
  const { file, family, data } = options;
  const { depths, resolutions } = starterAxes(family, data.side);
  if (depths.length === 0) {
    throw new ScalesweepError(
      'USAGE',
      `Expected a family with networks for images of ${data.side} pixels, got ${family.name}: smallest resolution ${family.resolution}`,
    );
  }
  const parts = [
    headPart(options),
    `model:\n  family: ${family.name} # ${family.about}`,
    dataPart(data),
    recipePart(data),
    axesPart(options, depths, resolutions),
    MORE,
  ];
  const withoutBudgets = `${parts.join('\n\n')}\n`;
  const trials = [...planGrid(parseGrid(withoutBudgets, file))].filter((item) => item.kind === 'trial');
  const text = `${withoutBudgets}\n${budgetsPart(trials.map(({ cost }) => cost.flops))}\n`;
  parseGrid(text, file);
  return { text, trials: trials.length };
}

function headPart({ file, data, trainer }: StarterOptions): string {
  const allow = trainer === undefined ? '' : ` --allow-command ${trainer}=PROGRAM`;
  const engine =
    trainer === undefined
      ? []
      : [
          '',
          'engine:',
          `  command: ${trainer} # a name; --allow-command says which program it is (docs/trainers.md)`,
          "  # arguments: [--data, '{data}'] # what it is called with",
          "  # version: '1' # raise it when your program's results change",
          '  # ownCost: true # it prints the FLOPs and parameters of its networks; else they are those of the family below',
        ];
  return [
    '# A grid to begin with. Change it, then',
    `#   scalesweep plan ${file}   says what it would train and what that costs; writes nothing`,
    `#   scalesweep run ${file}${allow}   trains it and answers; run again, it trains only what is new`,
    '# Every setting, its default and its unit: scalesweep grid keys',
    `question: Which of width, depth, resolution and epochs pays best on ${data.name}?`,
    ...engine,
  ].join('\n');
}

/** How many images are held out, and how many trained on. */
function partsOf({ images }: StarterData): { readonly minival: number; readonly train: number } {
  const minival = Math.min(HELD_OUT, Math.max(Math.floor(images / 5), FEWEST_HELD_OUT), Math.floor(images / 2));
  return { minival, train: Math.min(FIRST_IMAGES, images - minival) };
}

function dataPart(data: StarterData): string {
  const { name, images, own } = data;
  const { minival, train } = partsOf(data);
  const isPart = train < images - minival;
  const stated =
    own === undefined
      ? []
      : [
          `  identity: ${JSON.stringify(own.identity)} # names the content: other images are another identity`,
          `  images: ${images} # training images that there are, minival included`,
          `  classes: ${own.classes}`,
          `  channels: ${own.channels} # 1 grey, 3 colour`,
        ];
  return [
    'data:',
    `  name: ${name}`,
    ...stated,
    `  trainImages: ${train} # ${isPart ? `of ${images}; without this line, all but minival` : 'all but minival'}`,
    `  minivalImages: ${minival} # held out to choose by; test images are only reported`,
  ].join('\n');
}

/** Batches of 32, or of few images smaller ones: several steps an epoch. */
function recipePart(data: StarterData): string {
  const batch = Math.min(32, 2 ** Math.floor(Math.log2(Math.max(1, partsOf(data).train / 4))));
  return [
    'recipe:',
    `  batchSize: ${batch} # images per optimiser step`,
    `  learningRate: { per256: 1 } # in proportion to the batch: ${batch / 256} at ${batch}`,
    '  warmupEpochs: 0.5',
    '  weightDecay: 5e-4',
    '  labelSmoothing: 0.1',
    '  flip: true # mirrored at random; false where left and right mean something',
  ].join('\n');
}

function axesPart({ family }: StarterOptions, depths: readonly number[], resolutions: readonly number[]): string {
  return [
    'axes: # every combination of these values is a cell',
    '  width: [0.5, 1] # multiplies every channel count',
    `  depth: [${depths.join(', ')}] # ${family.depth.split(';', 1)[0]}`,
    `  resolution: [${resolutions.join(', ')}] # side of the image, pixels`,
    '  epochs: [2, 4] # passes over the training images',
  ].join('\n');
}

const MORE = [
  '# seeds: 3 # each cell three times: then answers have intervals',
  "# constraints: ['flops <= 50M'] # cells that break one are cut",
].join('\n');

/** At the cheapest third, two thirds and all of the cells. */
function budgetsPart(flops: readonly number[]): string {
  const rising = flops.toSorted((a, b) => a - b);
  const at = (share: number): number => roundUp(rising[Math.ceil(share * rising.length) - 1]!);
  const caps = [...new Set([at(1 / 3), at(2 / 3), at(1)])];
  return [
    'budgets: # the report names the best cell under each; flops are of one forward pass of one image',
    ...caps.map((cap) => `  - flops: ${formatAmount(cap)}`),
  ].join('\n');
}

/** To two digits. */
function roundUp(amount: number): number {
  const unit = 10 ** (Math.floor(Math.log10(amount)) - 1);
  return Number((Math.ceil(amount / unit) * unit).toPrecision(2));
}
