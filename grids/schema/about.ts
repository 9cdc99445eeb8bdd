/** What each key of a grid means, for its readers; what a setting takes and its default are read off the schema. */
import { costAxes, factOf, scalingAxes } from '../../contract/index.ts';
import { DATASETS, DEFAULT_MINIVAL_FRACTION } from './datasets.ts';

export interface About {
  readonly about: string;
  readonly unit?: string;
  /** Of keys that are no setting of a trial. */
  readonly values?: string;
  readonly isRequired?: boolean;
  readonly default?: string | number | boolean;
}

function ofFact(name: Parameters<typeof factOf>[0]): About {
  const { description, unit } = factOf(name);
  return { about: description, unit };
}

const AXES = 'axes of their own';
const KNOWN = Object.keys(DATASETS).join(', ');
const ALL_BUT_MINIVAL = 'all but minival';

/** By the key's path in the file. Settings of families are described where the family is defined. */
export const ABOUT: Readonly<Record<string, About>> = {
  question: {
    about: 'what the sweep is to answer; printed in plans and reports',
    values: 'a text',
    isRequired: true,
  },
  command: { about: 'how it is run: a note for readers', values: 'a text' },
  cost: { about: 'what it is expected to cost: a note for readers', values: 'a text' },
  model: { about: 'the family of networks and its settings', values: 'a mapping', isRequired: true },
  data: { about: 'the dataset, and how much of it', values: 'a mapping', isRequired: true },
  recipe: { about: 'the training method', values: 'a mapping', isRequired: true },
  axes: { about: 'what varies, and every value of it', values: 'a mapping', isRequired: true },
  constraints: {
    about: 'conditions that a cell must meet, such as `flops <= 2G`; the others are cut',
    values: 'a list of expressions',
    default: 'none',
  },
  params: {
    about:
      'settings of your trainer that are the same in every cell; the others are axes `params.NAME`. With `ownCost`',
    values: 'a mapping of names to numbers, texts, true or false',
  },
  seeds: {
    about: 'how many seeds per cell, or which; intervals need two',
    values: 'an integer from 1 to 10,000, or a list of integers from 0 to 4294967295',
    default: 1,
  },
  budgets: { about: 'caps that the report answers', values: 'a list of mappings of one cap each', default: 'none' },
  engine: {
    about: 'what trains',
    values: 'onnx, tensorflow, noop (trains nothing, for tests), or a mapping with `command` for a trainer of your own',
    default: 'onnx',
  },

  'model.family': { about: 'the family of networks' },

  'data.name': {
    about: 'the dataset',
    values: `${KNOWN}, or the name of one of your own`,
    isRequired: true,
  },
  'data.trainImages': { about: 'training images of one epoch', unit: 'images', default: ALL_BUT_MINIVAL },
  'data.minivalImages': {
    about: 'images of the training set that are held out for choosing',
    unit: 'images',
    default: 'by minivalFraction',
  },
  'data.minivalFraction': {
    about: 'the same as a share of the training set; one of the two is given',
    values: 'a number from 0 to 1',
    default: DEFAULT_MINIVAL_FRACTION,
  },
  'data.identity': { about: 'a checksum or release that names the content', values: 'a text', default: 'known' },
  'data.images': {
    about: 'training images that there are, minival included',
    values: 'an integer from 1 to 1e12',
    unit: 'images',
    default: 'known',
  },
  'data.classes': { about: 'classes', values: 'an integer from 2 to 1e6', default: 'known' },
  'data.channels': {
    about: 'channels of an image: 1 grey, 3 colour',
    values: 'an integer from 1 to 4',
    default: 'known',
  },

  'recipe.batchSize': { about: 'images per optimiser step', unit: 'images' },
  'recipe.learningRate': { about: 'peak learning rate at this batch size; `{per256: 0.1}` scales it with the batch' },
  'recipe.schedule': { about: 'how the learning rate falls' },
  'recipe.warmupEpochs': { about: 'linear warm-up of the learning rate from 0', unit: 'epochs' },
  'recipe.momentum': { about: 'of SGD' },
  'recipe.nesterov': { about: 'of SGD' },
  'recipe.weightDecay': {
    about: 'L2 coefficient on weights of convolutions and the classifier, not on norms and biases',
  },
  'recipe.labelSmoothing': { about: 'share of the label that is spread over all classes' },
  'recipe.dropout': { about: 'rate before the classifier' },
  'recipe.stochasticDepth': { about: 'rate of the last stage; earlier ones in linear proportion' },
  'recipe.emaDecay': {
    about: 'decay per step of the moving average of weights that is evaluated; 0 evaluates the weights themselves',
  },
  'recipe.flip': { about: 'random horizontal flips' },
  'recipe.crop': { about: '`pad`: pad by an eighth and crop; `resized`: area 8-100 %, aspect 3/4-4/3' },
  'recipe.randAugmentLayers': { about: 'RandAugment: operations per image; 0 is off' },
  'recipe.randAugmentMagnitude': { about: 'RandAugment: their magnitude' },

  ...Object.fromEntries(scalingAxes.map((name) => [`axes.${name}`, { ...ofFact(name), isRequired: true }])),
  'axes.product': {
    about: 'parts that multiply, where one mapping would need a key twice',
    values: `a list of ${AXES}`,
  },
  'axes.zip': { about: 'axes that vary side by side, first with first', values: 'a mapping of axes, equally long' },
  'axes.list': { about: 'parts one after the other', values: `a list of ${AXES}` },

  ...Object.fromEntries(
    costAxes.map((name) => [`budgets.${name}`, { ...ofFact(name), values: 'an amount > 0 such as 2G' }]),
  ),

  'engine.command': { about: 'your trainer, by the name that --allow-command gives it', values: 'a name' },
  'engine.arguments': {
    about: 'what it is called with; {trial}, {data}, {split}, {weights}, {device} and {threads} are filled in',
    values: 'a list of texts and numbers',
    default: 'none',
  },
  'engine.version': {
    about: 'yours, raised when its results change: its trials are then trained again',
    values: 'a text',
    default: 'none',
  },
  'engine.ownCost': {
    about: 'whether it prints the cost of its networks, for the plan to go by',
    values: 'true or false',
    default: false,
  },
};
