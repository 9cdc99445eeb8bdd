/** The axes along which networks are scaled. They have columns of their own; all else that a grid varies is in `axes`. */
import type { TrialSpec } from '../trial.ts';
import type { Fact } from './fact.ts';

export interface ScalingFact extends Fact {
  /** A trial's value. */
  readonly of: (spec: TrialSpec) => number;
  /**
   * The value of cells that do not name it, for an axis that came after results were stored: it is left out of what identifies
   * a cell, and a file to import may leave it out. Without it the axis is always named.
   */
  readonly absent?: number;
}

export const SCALING_AXES = [
  {
    name: 'width',
    column: 'width',
    type: 'number',
    accepts: 'positive',
    unit: 'multiplier',
    head: 'width',
    print: 'plain',
    better: null,
    description: 'multiplier of every channel count',
    of: ({ model }) => model.width,
  },
  {
    name: 'depth',
    column: 'depth',
    type: 'integer',
    accepts: 'positive',
    unit: 'layers',
    head: 'depth',
    print: 'plain',
    better: null,
    description: "layers, by the field's counting; of a trainer's own family any number",
    of: ({ model }) => model.depth,
  },
  {
    name: 'resolution',
    column: 'resolution',
    type: 'integer',
    accepts: 'count',
    unit: 'pixels',
    head: 'resolution',
    print: 'plain',
    better: null,
    description: 'side of the square input, pixels',
    of: ({ model }) => model.resolution,
  },
  {
    name: 'epochs',
    column: 'epochs',
    type: 'integer',
    accepts: 'count',
    unit: '',
    head: 'epochs',
    print: 'plain',
    better: null,
    description: 'passes over the training set',
    of: ({ epochs }) => epochs,
  },
] as const satisfies readonly ScalingFact[];

export type ScalingAxis = (typeof SCALING_AXES)[number]['name'];

export const scalingAxes: readonly ScalingAxis[] = SCALING_AXES.map(({ name }) => name);
