/** The flat vectors of a training, by the names of the step's inputs; its outputs are their successors. */
export const SUCCESSOR = {
  params: 'nextParams',
  velocity: 'nextVelocity',
  stats: 'nextStats',
  ema: 'nextEma',
} as const;
export type Vector = keyof typeof SUCCESSOR;
