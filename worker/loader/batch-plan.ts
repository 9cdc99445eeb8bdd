import type { RecipeSpec } from '../../contract/index.ts';
import { fillEvalBatch, fillTrainBatch, type Dataset, type Split } from '../data/index.ts';
import { dropoutMask, dropPathMask } from './dropout.ts';

/** One batch of a training, by what decides its content. */
export type BatchRequest =
  | {
      readonly kind: 'train';
      readonly epoch: number;
      /** Within the epoch. */
      readonly batch: number;
      /** Optimiser steps before it. */
      readonly step: number;
    }
  | { readonly kind: 'eval'; readonly split: Split; readonly batch: number };

/** What all batches of one training have in common; plain values, for `postMessage`. */
export interface BatchPlan {
  readonly recipe: RecipeSpec;
  readonly seed: number;
  /** Images of a training batch, and of an evaluation batch. */
  readonly trainBatch: number;
  readonly evaluationBatch: number;
  /** As the `Trainer` has them. */
  readonly dropoutFeatures: number;
  readonly dropPathShares: readonly number[];
}

/** The memory of one batch. */
export interface BatchArrays {
  /** [batch, channels, side, side], normalised; rows without an image are 0. */
  readonly images: Float32Array<ArrayBuffer>;
  /** [batch]; rows without an image are -1. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** Dropout multipliers, [batch, features]; in training, where the recipe has dropout. */
  readonly dropout: Float32Array<ArrayBuffer> | undefined;
  /** Stochastic-depth multipliers, [blocks, batch]; in training, where the recipe has stochastic depth. */
  readonly dropPath: Float32Array<ArrayBuffer> | undefined;
}

/** Empty memory for the batches of a kind. */
export function batchArrays({ train }: Dataset, plan: BatchPlan, kind: BatchRequest['kind']): BatchArrays {
  const rows = kind === 'train' ? plan.trainBatch : plan.evaluationBatch;
  const multipliers = (rate: number, each: number): Float32Array<ArrayBuffer> | undefined =>
    kind === 'train' && rate > 0 ? new Float32Array(rows * each) : undefined;
  return {
    images: new Float32Array(rows * train.channels * train.side ** 2),
    labels: new Int32Array(rows),
    dropout: multipliers(plan.recipe.dropout, plan.dropoutFeatures),
    dropPath: multipliers(plan.recipe.stochasticDepth, plan.dropPathShares.length),
  };
}

/** What a batch's arrays lie in: handed over with them. */
export function memoryOf({ images, labels, dropout, dropPath }: BatchArrays): ArrayBuffer[] {
  return [images, labels, dropout, dropPath].flatMap((array) => (array === undefined ? [] : [array.buffer]));
}

/** Fills a batch: the same request gives the same bytes in any thread. Returns the number of images in it. */
export function fillBatch(dataset: Dataset, plan: BatchPlan, request: BatchRequest, arrays: BatchArrays): number {
  const { images, labels, dropout, dropPath } = arrays;
  if (request.kind === 'eval') {
    return fillEvalBatch({ dataset, split: request.split, batch: request.batch, images, labels });
  }
  const { recipe, seed, dropPathShares } = plan;
  const { epoch, batch, step } = request;
  if (dropout !== undefined) dropoutMask(dropout, recipe.dropout, seed, step);
  if (dropPath !== undefined) dropPathMask(dropPath, dropPathShares, recipe.stochasticDepth, seed, step);
  return fillTrainBatch({ dataset, recipe, seed, epoch, batch, images, labels });
}
