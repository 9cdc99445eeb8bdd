import type { RecipeSpec } from '../../contract/index.ts';
import { trainSteps } from '../data/batches.ts';

/** Length of a training, in optimiser steps. */
export interface Steps {
  readonly batch: number;
  readonly perEpoch: number;
  readonly total: number;
}

/** A last short batch is dropped; a training set smaller than the batch is one batch of its own size. */
export function stepsOf(recipe: RecipeSpec, trainImages: number, epochs: number): Steps {
  const batch = Math.min(recipe.batchSize, trainImages);
  const perEpoch = trainSteps(trainImages, batch);
  return { batch, perEpoch, total: perEpoch * epochs };
}

/** Parts of 90 epochs at which the step schedule divides by ten (He et al. 2016; the released ResNet-RS code). */
const STEP_MILESTONES = [30 / 90, 60 / 90, 80 / 90] as const;

/**
 * Learning rate of a step, counted from 0: linear warm-up that reaches the peak with its last step, then cosine to 0
 * (Loshchilov & Hutter 2017), steps, or constant.
 */
export function learningRateAt(recipe: RecipeSpec, steps: Steps, step: number): number {
  const warmup = Math.min(Math.round(recipe.warmupEpochs * steps.perEpoch), steps.total - 1);
  if (step < warmup) return (recipe.learningRate * (step + 1)) / (warmup + 1);
  switch (recipe.schedule) {
    case 'cosine': {
      const progress = (step - warmup) / Math.max(1, steps.total - warmup);
      return (recipe.learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
    }
    case 'step': {
      const passed = STEP_MILESTONES.filter((part) => step >= part * steps.total).length;
      return recipe.learningRate / 10 ** passed;
    }
    case 'constant':
      return recipe.learningRate;
  }
}

/** Decay of running statistics without a moving average of the weights, as 1 - PyTorch's momentum of 0.1. */
const STAT_DECAY = 0.9;

/** Decays of a step. Early on they follow the step count, so that an average over few steps is not dominated by its initial value. */
export function decaysAt(recipe: RecipeSpec, step: number): { ema: number; stat: number } {
  const ema = Math.min(recipe.emaDecay, (1 + step) / (10 + step));
  return { ema, stat: recipe.emaDecay > 0 ? ema : Math.min(STAT_DECAY, step / (step + 1)) };
}
