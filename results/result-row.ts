/** One finished trial as queries, findings, figures and exports see it. */
export interface ResultRow {
  readonly id: string;
  readonly seed: number;
  readonly width: number;
  readonly depth: number;
  /** Side of the square input, pixels. */
  readonly resolution: number;
  readonly epochs: number;
  /** One forward pass of one image, 1 multiply-add = 2; `null` where an imported result does not say. */
  readonly flops: number | null;
  readonly params: number | null;
  readonly activations: number | null;
  readonly memoryBytes: number | null;
  readonly trainFlops: number | null;
  /** Fractions of 1. Choose on minival, report on test. */
  readonly minivalTop1: number | null;
  readonly testTop1: number | null;
  readonly minivalLoss: number | null;
  readonly testLoss: number | null;
  readonly trainTop1: number | null;
  readonly trainLoss: number | null;
  /** Median milliseconds of a training step. */
  readonly stepMs: number | null;
  /** Wall-clock of the trial, all attempts. */
  readonly seconds: number | null;
  /** The part of it in training steps. */
  readonly trainSeconds: number | null;
  /** Peak resident memory of the worker's process. */
  readonly peakBytes: number | null;
  /** What else the grid varied, by its name in the grid. */
  readonly axes: Readonly<Record<string, unknown>>;
  readonly source: 'trained' | 'imported';
  /** The sweep that was asked about, or the first that asked for the trial. */
  readonly sweep: string;
  /**
   * Standard error of `minivalTop1` as a reading, apart from seeds: of a point digitised from a plot, say. `null` where
   * the value is exact.
   */
  readonly readingError: number | null;
}

/** A result that was trained elsewhere. Fields as in `ResultRow`; what is not known is left out. */
export interface ImportedResult {
  readonly width: number;
  readonly depth: number;
  readonly resolution: number;
  readonly epochs: number;
  readonly seed?: number;
  readonly flops?: number | null;
  readonly params?: number | null;
  readonly activations?: number | null;
  readonly memoryBytes?: number | null;
  readonly trainFlops?: number | null;
  readonly minivalTop1?: number | null;
  readonly testTop1?: number | null;
  readonly minivalLoss?: number | null;
  readonly testLoss?: number | null;
  readonly trainTop1?: number | null;
  readonly trainLoss?: number | null;
  readonly stepMs?: number | null;
  readonly seconds?: number | null;
  readonly trainSeconds?: number | null;
  readonly peakBytes?: number | null;
  readonly axes?: Readonly<Record<string, unknown>>;
  readonly readingError?: number | null;
}
