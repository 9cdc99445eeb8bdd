/** The rates of one optimiser step. */
export interface StepRates {
  readonly learningRate: number;
  readonly emaDecay: number;
  readonly statDecay: number;
}

/** One batch: `images` [batch, C, H, W], normalised; `labels` [batch]. */
export interface Batch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  /** Dropout multipliers, [batch, features]; where the recipe has dropout. */
  readonly dropout?: Float32Array | undefined;
  /** Stochastic-depth multipliers, [blocks, batch]; where the recipe has stochastic depth. */
  readonly dropPath?: Float32Array | undefined;
}

/** A copy of a batch: the given one's arrays may be filled again. */
export function copyOf({ images, labels, dropout, dropPath }: Batch): Batch {
  return { images: images.slice(), labels: labels.slice(), dropout: dropout?.slice(), dropPath: dropPath?.slice() };
}

/** Metrics of one step. */
export interface StepResult {
  /** Mean over the batch. */
  readonly loss: number;
  /** Images whose largest logit is right. */
  readonly correct: number;
}

/** Steps that are taken in one call, one after another, each with its batch and its rates. */
export interface SeveralSteps {
  readonly atMost: number;
  step(batches: readonly Batch[], rates: readonly StepRates[]): Promise<StepResult[]>;
}

/** A network in training on some backend. The training loop drives it and does not depend on its operations. */
export interface Trainer {
  /** Features before the classifier. */
  readonly dropoutFeatures: number;
  /** Share of the stochastic-depth rate of every block, in order. */
  readonly dropPathShares: readonly number[];
  /** One optimiser step. After a rejected step the state is undefined. */
  step(batch: Batch, rates: StepRates): Promise<StepResult>;
  /** Where several steps in one call are cheaper than one by one. Numbers do not depend on how many they are. */
  readonly several?: SeveralSteps | undefined;
  /** Logits [evaluationBatch, classes] of normalised images, with running statistics (the moving average, where kept). */
  evaluate(images: Float32Array): Promise<Float32Array>;
  readonly evaluationBatch: number;
  /**
   * All that a checkpoint must hold. The arrays are live: copy or write them before the next step.
   *
   * @throws {Error} after a step that failed: half of it may be done.
   */
  state(): ReadonlyMap<string, Float32Array> | Promise<ReadonlyMap<string, Float32Array>>;
  /** @throws {ScalesweepError} `CHECKPOINT_MISMATCH` when the arrays are not this network's. */
  restore(state: ReadonlyMap<string, Float32Array>): void;
  close(): Promise<void>;
}
