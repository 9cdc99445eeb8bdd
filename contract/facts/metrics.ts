/** What is measured of a trial, and of its epochs. */
import { z } from 'zod';
import type { Capped, Fact } from './fact.ts';

export interface MetricFact extends Fact {
  /** How a worker reports it with a finished trial; without it, it comes with imported results alone. */
  readonly wire?: z.ZodType;
  /** How a trainer of the user's own reports it (docs/trainers.md). */
  readonly trainer?: z.ZodType;
  /** What a cell has of its seeds; without it, cells do not have it. */
  readonly overSeeds?: 'mean' | 'max';
  /** Whether cells can be filtered by it. */
  readonly isFilter?: boolean;
  readonly budget?: Capped;
}

const measured = z.number().nullable();
const seconds = z.number().min(0);
const loss = measured.default(null);
const top1 = z.number().min(0).max(1).nullable();

export const METRICS = [
  {
    name: 'minivalTop1',
    column: 'minival_top1',
    type: 'number',
    accepts: 'fraction',
    unit: '%',
    head: 'minival',
    title: 'minival top-1 (%)',
    print: 'percent',
    better: 'higher',
    description: 'fraction of 1, on the part of the training set held out for choosing',
    wire: measured,
    trainer: top1,
    overSeeds: 'mean',
    isFilter: true,
  },
  {
    name: 'testTop1',
    column: 'test_top1',
    type: 'number',
    accepts: 'fraction',
    unit: '%',
    head: 'test',
    title: 'test top-1 (%)',
    print: 'percent',
    better: 'higher',
    description: 'fraction of 1, on the test set: reported, never chosen on',
    wire: measured,
    trainer: top1.default(null),
    overSeeds: 'mean',
  },
  {
    name: 'minivalLoss',
    column: 'minival_loss',
    type: 'number',
    accepts: 'amount',
    unit: 'nats',
    head: 'minival loss',
    print: 'amount',
    better: 'lower',
    description: 'mean cross-entropy, nats',
    wire: measured,
    trainer: loss,
  },
  {
    name: 'testLoss',
    column: 'test_loss',
    type: 'number',
    accepts: 'amount',
    unit: 'nats',
    head: 'test loss',
    print: 'amount',
    better: 'lower',
    description: 'mean cross-entropy, nats',
    wire: measured,
    trainer: loss,
  },
  {
    name: 'trainTop1',
    column: 'train_top1',
    type: 'number',
    accepts: 'fraction',
    unit: '%',
    head: 'train',
    title: 'train top-1 (%)',
    print: 'percent',
    better: null,
    description: 'fraction of 1, over the last epoch',
    wire: measured,
    trainer: top1.default(null),
  },
  {
    name: 'trainLoss',
    column: 'train_loss',
    type: 'number',
    accepts: 'amount',
    unit: 'nats',
    head: 'train loss',
    print: 'amount',
    better: null,
    description: "mean cross-entropy over the last epoch, with the recipe's smoothing, nats",
    wire: measured,
    trainer: loss,
  },
  {
    name: 'stepMs',
    column: 'step_ms',
    type: 'number',
    accepts: 'positive',
    unit: 'ms',
    head: 'step',
    title: 'training step (ms)',
    print: 'amount',
    better: 'lower',
    description: 'median of a training step, milliseconds',
    wire: measured,
    trainer: seconds.nullable().default(null).describe('Median of a training step, milliseconds.'),
    overSeeds: 'mean',
    isFilter: true,
    budget: { rank: 5, noun: 'step time', words: 'ms per step', bucket: 'step_bucket', index: 'cells_by_step' },
  },
  {
    name: 'seconds',
    column: 'seconds',
    type: 'number',
    accepts: 'amount',
    unit: 's',
    head: 'time',
    print: 'amount',
    better: 'lower',
    description: 'wall-clock of training and evaluation, all attempts',
    wire: seconds,
    trainer: seconds.optional().describe('Over all attempts; measured where left out.'),
    overSeeds: 'mean',
    isFilter: true,
  },
  {
    name: 'trainSeconds',
    column: 'train_seconds',
    type: 'number',
    accepts: 'amount',
    unit: 's',
    head: 'time in steps',
    print: 'amount',
    better: 'lower',
    description: 'the part of `seconds` in training steps; the rest is evaluation, batches, checkpoints',
    wire: measured.default(null),
    trainer: seconds.nullable().default(null).describe('In training steps, over all attempts.'),
  },
  {
    name: 'peakBytes',
    column: 'peak_bytes',
    type: 'number',
    accepts: 'positive',
    unit: 'bytes',
    head: 'peak',
    title: 'peak memory (bytes)',
    print: 'bytes',
    better: 'lower',
    description: 'measured peak resident memory of the worker, bytes',
    wire: measured,
    trainer: seconds.nullable().optional().describe('Measured where left out.'),
    overSeeds: 'max',
    isFilter: true,
  },
  {
    name: 'readingError',
    column: 'reading_error',
    type: 'number',
    accepts: 'fraction',
    unit: '',
    head: 'reading error',
    print: 'amount',
    better: 'lower',
    description: 'standard error of `minivalTop1` as a reading (of a plot, say); null where exact',
    overSeeds: 'max',
  },
] as const satisfies readonly MetricFact[];

export type MetricName = (typeof METRICS)[number]['name'];

/** What is measured of an epoch beside its number and its step: columns of the store's table `epochs`. */
export interface EpochFact extends Pick<Fact, 'name' | 'column' | 'description'> {
  readonly wire: z.ZodType;
  readonly trainer: z.ZodType;
}

export const EPOCH_METRICS = [
  {
    name: 'learningRate',
    column: 'learning_rate',
    description: 'of the last step',
    wire: z.number(),
    trainer: z.number().optional().describe("Of the last step; the recipe's where left out."),
  },
  {
    name: 'trainLoss',
    column: 'train_loss',
    description: "mean cross-entropy over the epoch, with the recipe's smoothing, nats",
    wire: measured,
    trainer: loss,
  },
  {
    name: 'trainTop1',
    column: 'train_top1',
    description: 'fraction of 1, over the epoch',
    wire: measured,
    trainer: top1.default(null),
  },
  {
    name: 'minivalLoss',
    column: 'minival_loss',
    description: 'mean cross-entropy, nats',
    wire: measured,
    trainer: loss,
  },
  {
    name: 'minivalTop1',
    column: 'minival_top1',
    description: 'fraction of 1, after the epoch',
    wire: measured,
    trainer: top1.default(null),
  },
  {
    name: 'seconds',
    column: 'seconds',
    // Never part of what must be bit-identical.
    description: 'wall-clock of the epoch, evaluation included',
    wire: seconds,
    trainer: seconds.optional().describe('Of this epoch; measured where left out.'),
  },
] as const satisfies readonly EpochFact[];
