/** Which trials would separate a contrast that is not separable yet, at the least cost. */
import type { MeasuredCell } from './cells.ts';
import type { Contrast } from './contrast.ts';
import type { WantedCell, WouldSeparate } from './finding.ts';
import { varianceParts, type NoiseModel } from './noise.ts';
import { criticalT } from '../results/statistics/index.ts';
import { plural } from './words.ts';

export interface SeparateOptions {
  /** Points below which a difference does not matter. */
  readonly smallestEffect: number;
  /** Hypotheses in the contrast's family: the correction that it must survive. */
  readonly family: number;
  /** Combinations of the cells' own values that were not trained. */
  readonly holesAmong: (cells: readonly MeasuredCell[]) => readonly WantedCell[];
}

/** Standard normal quantile of 0.8: the trials named separate the effect as estimated with a power of 80 %. */
const POWER = 0.8416;
/** Numbers of new seeds that are tried; a grid has one list of seeds for all of its cells. */
const SEED_COUNTS = [1, 2, 3, 5, 8, 16, 32];

/** A seed more of this many cells adds as many degrees of freedom: Student's t is then within a tenth of the normal. */
const CELLS_TO_KNOW_NOISE = 12;

const nothing = (note: string): WouldSeparate => ({ cells: [], seeds: [], trials: 0, trainFlops: 0, note });

export function wouldSeparate(
  contrast: Contrast,
  interval: readonly [number, number] | null,
  cells: readonly MeasuredCell[],
  noise: NoiseModel,
  { smallestEffect, family, holesAmong }: SeparateOptions,
): WouldSeparate {
  if (contrast.effect === null)
    return nothing('Nothing to compare: no two strategies reach the same cost from one base.');
  const members = [...contrast.cells].map((index, i) => ({ cell: cells[index]!, square: contrast.loads[i]! ** 2 }));
  if (interval === null)
    return request(
      members.map(({ cell }) => cell),
      2,
      'The noise is not known: two more seeds of each cell would tell it.',
    );
  if (Math.max(-interval[0], interval[1]) <= smallestEffect) {
    return nothing(`No trials needed: the effect lies within ${smallestEffect} points of 0, too little to matter.`);
  }
  const target = Math.max(Math.abs(contrast.effect), smallestEffect) / (criticalT(0.05 / family, Infinity) + POWER);
  const parts = members.map(({ cell, square }) => gainOf(cell, square, noise));
  const variance = parts.reduce((sum, part) => sum + part.fixed + part.perSeed / part.cell.values.length, 0);
  if (variance <= target ** 2) return knowNoise(members.map(({ cell }) => cell));
  const chosen = cheapest(parts, variance - target ** 2);
  if (chosen === undefined) return unreachable(holesAmong(members.map(({ cell }) => cell)));
  const assumed = parts.some((part) => part.isAssumed) ? ', if what cells stray from a smooth law is seed noise' : '';
  const aim = Math.max(Math.abs(contrast.effect), smallestEffect).toFixed(2);
  return request(
    chosen.cells,
    chosen.seeds,
    `Would separate an effect of ${aim} with a chance of four in five${assumed}.`,
  );
}

/** The effect is large enough for the noise as estimated, but that estimate rests on too little. */
function knowNoise(members: readonly MeasuredCell[]): WouldSeparate {
  const cheap = members.toSorted((a, b) => costOf(a) - costOf(b)).slice(0, CELLS_TO_KNOW_NOISE);
  return request(
    cheap,
    1,
    'Large enough for the noise as estimated, but few degrees of freedom know that noise: more seeds would.',
  );
}

interface Gain {
  readonly cell: MeasuredCell;
  /** What more seeds cannot lower. */
  readonly fixed: number;
  /** Over the number of seeds, what they can. */
  readonly perSeed: number;
  readonly isAssumed: boolean;
}

function gainOf(cell: MeasuredCell, square: number, noise: NoiseModel): Gain {
  const group = noise.groups[noise.groupOf[cell.index]!]!;
  const seeds = cell.values.length;
  const parts = varianceParts(group, seeds) ?? { seed: 0, lackOfFit: 0 };
  const digitisation = square * cell.digitisationVariance;
  // Without repeated seeds the two cannot be told apart; seeds are the part that can be bought off.
  return group.seed === null
    ? { cell, fixed: digitisation, perSeed: square * parts.lackOfFit * seeds, isAssumed: true }
    : { cell, fixed: digitisation + square * parts.lackOfFit, perSeed: square * parts.seed * seeds, isAssumed: false };
}

/** For each number of seeds, cells in order of what a seed lowers the variance by per FLOP, until it is `excess` lower. */
function cheapest(gains: readonly Gain[], excess: number): { cells: MeasuredCell[]; seeds: number } | undefined {
  const worth = ({ cell, perSeed }: Gain): number => perSeed / cell.values.length ** 2 / costOf(cell);
  const ranked = gains.toSorted((a, b) => worth(b) - worth(a));
  let best: { count: number; seeds: number; cost: number } | undefined;
  for (const seeds of SEED_COUNTS) {
    let lowered = 0;
    let cost = 0;
    let count = 0;
    while (lowered < excess && count < ranked.length) {
      const { cell, perSeed } = ranked[count++]!;
      lowered += perSeed / cell.values.length - perSeed / (cell.values.length + seeds);
      cost += seeds * costOf(cell);
    }
    if (lowered >= excess && (best === undefined || cost < best.cost)) best = { count, seeds, cost };
  }
  return best && { cells: ranked.slice(0, best.count).map(({ cell }) => cell), seeds: best.seeds };
}

const costOf = (cell: MeasuredCell): number => cell.costs.trainFlops ?? cell.costs.flops ?? 1;

/** More seeds would not do: other cells, those the grid leaves out between its own values. */
function unreachable(holes: readonly WantedCell[]): WouldSeparate {
  if (holes.length === 0) {
    return nothing(
      'More seeds would not separate it, and no cell is missing in between: the grid needs new values on its axes.',
    );
  }
  return {
    cells: holes,
    seeds: [0],
    trials: holes.length,
    trainFlops: null,
    note: `More seeds would not separate it; these ${plural(holes.length, 'cell')} missing in the grid add comparisons.`,
  };
}

function request(cells: readonly MeasuredCell[], seeds: number, note: string): WouldSeparate {
  const first = 1 + cells.reduce((most, cell) => Math.max(most, ...cell.seeds), -1);
  const costs = cells.map((cell) => cell.costs.trainFlops);
  return {
    cells: cells.map(({ width, depth, resolution, epochs, axes }) => ({ width, depth, resolution, epochs, axes })),
    seeds: Array.from({ length: seeds }, (_, i) => first + i),
    trials: cells.length * seeds,
    trainFlops: costs.includes(null) ? null : seeds * costs.reduce<number>((sum, cost) => sum + cost!, 0),
    note,
  };
}
