/** The axes a budget can cap, with their columns and the index that each is searched by. */

export const costAxes = ['flops', 'trainFlops', 'params', 'memoryBytes', 'stepMs'] as const;
export type CostAxis = (typeof costAxes)[number];

/** Caps on cost axes; what is not named is not capped. FLOPs, parameters, bytes, milliseconds. */
export type Budget = Readonly<Partial<Record<CostAxis, number>>>;

export interface AxisColumns {
  readonly cost: string;
  readonly bucket: string;
  readonly index: string;
}

export const AXIS_COLUMNS: Readonly<Record<CostAxis, AxisColumns>> = {
  flops: { cost: 'flops', bucket: 'flops_bucket', index: 'cells_by_flops' },
  trainFlops: { cost: 'train_flops', bucket: 'train_flops_bucket', index: 'cells_by_train_flops' },
  params: { cost: 'params', bucket: 'params_bucket', index: 'cells_by_params' },
  memoryBytes: { cost: 'memory_bytes', bucket: 'memory_bucket', index: 'cells_by_memory' },
  stepMs: { cost: 'step_ms', bucket: 'step_bucket', index: 'cells_by_step' },
};
