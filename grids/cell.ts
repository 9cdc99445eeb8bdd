/** A cell, and the values that its axes take. */

/** A value on an axis. */
export type AxisValue = number | string | boolean;

/** One point of a grid. Holds the four scaling axes and every other axis that the grid names. */
export interface Cell {
  /** Multiplier of every channel count. */
  readonly width: number;
  /** Layers, by the field's counting. */
  readonly depth: number;
  /** Side of the square input, pixels. */
  readonly resolution: number;
  readonly epochs: number;
  readonly [axis: string]: number | string | boolean;
}
