/** What tells one trial of a sweep from another, in words. */
import { SCALING_AXES, type TrialSpec } from '../../contract/index.ts';
import type { VaryingAxes } from '../../results/index.ts';
import { cellWords } from './words.ts';

export interface TrialNames {
  readonly cell: (spec: TrialSpec) => string;
  /** With its seed, where seeds vary. */
  readonly trial: (spec: TrialSpec) => string;
}

/** All scaling axes and the seed. */
export const FULL_NAMES: TrialNames = {
  cell: cellWords,
  trial: (spec) => `${cellWords(spec)}, seed ${spec.seed}`,
};

/** Only the axes that vary; all of them where none does. */
export function trialNames({ axes, seeds }: VaryingAxes): TrialNames {
  if (axes.length === 0) return { cell: cellWords, trial: seeds ? FULL_NAMES.trial : cellWords };
  const cell = (spec: TrialSpec): string =>
    axes
      .map((axis) => [axis, valueOf(spec, axis)] as const)
      .filter(([, value]) => value !== undefined)
      .map(([axis, value]) => `${axis} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(', ');
  return { cell, trial: (spec) => (seeds ? `${cell(spec)}, seed ${spec.seed}` : cell(spec)) };
}

/** A scaling axis, or a setting by its name in the grid: `learningRate`, `recipe.learningRate`. */
function valueOf(spec: TrialSpec, axis: string): unknown {
  const scaling = SCALING_AXES.find(({ name }) => name === axis);
  if (scaling !== undefined) return scaling.of(spec);
  const path = axis.split('.');
  return [spec, ...Object.values(spec)].map((from) => at(from, path)).find((value) => value !== undefined);
}

function at(from: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    from,
  );
}
