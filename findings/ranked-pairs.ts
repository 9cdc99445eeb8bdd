/** Which cells the ranks are read from: networks measured at two values of an axis, and their pairs of like cost. */
import { linesAlong, type MeasuredCell } from './cells.ts';
import { cellName, type WantedCell } from './finding.ts';
import { groupBy } from './group-by.ts';
import { reliability } from './attenuation.ts';
import { seedVarianceOf, type NoiseModel } from './noise.ts';
import type { Times } from './resample.ts';
import { pairsAtMatchedCost } from './spread.ts';

/** A network (and setting) measured at two values of one axis, all else equal. */
export interface Shared {
  readonly low: MeasuredCell;
  readonly high: MeasuredCell;
  /** Position of its network among those that are resampled. */
  readonly network: number;
}

export interface RankedPair {
  readonly a: number;
  readonly b: number;
  /** 1 the order is kept, -1 it is turned around, 0 a tie on either side. */
  readonly agrees: number;
  /** Squared differences at either value, and what seeds alone make of them; `null` where the seeds' noise is not known. */
  readonly squares: readonly [low: number, high: number];
  readonly noises: readonly [low: number, high: number] | null;
}

export interface SharedCells {
  readonly shared: readonly Shared[];
  readonly networks: number;
  /** Measured at the low value only. */
  readonly wanted: readonly WantedCell[];
}

export function sharedCells(
  cells: readonly MeasuredCell[],
  strategy: 'epochs' | 'width' | 'depth',
  low: number,
  high: number,
): SharedCells {
  const shared: Shared[] = [];
  const wanted: WantedCell[] = [];
  const networks = new Map<string, number>();
  for (const line of linesAlong(cells, strategy).values()) {
    const [a, b] = [line.find((cell) => cell[strategy] === low), line.find((cell) => cell[strategy] === high)];
    if (a !== undefined && b !== undefined && a.costs.flops !== null) {
      const name = `${a.width}|${a.depth}|${a.resolution}|${a.setting}`;
      if (!networks.has(name)) networks.set(name, networks.size);
      shared.push({ low: a, high: b, network: networks.get(name)! });
    } else if (a !== undefined && b === undefined) wanted.push({ ...cellName(a), axes: a.axes, [strategy]: high });
  }
  return { shared, networks: networks.size, wanted };
}

/** Pairs of like cost within one schedule and setting. */
export function rankedPairs(shared: readonly Shared[], factor: number, noise: NoiseModel): RankedPair[] {
  return [...groupBy(shared, ({ low }) => `${low.epochs}|${low.setting}`).values()].flatMap((group) =>
    pairsAtMatchedCost(
      group.map(({ low }) => low.costs.flops!),
      factor,
    ).map(({ a, b }) => rankedPair(group[a]!, group[b]!, noise)),
  );
}

function rankedPair(x: Shared, y: Shared, noise: NoiseModel): RankedPair {
  const differences = [x.low.top1 - y.low.top1, x.high.top1 - y.high.top1] as const;
  const [xLow, xHigh, yLow, yHigh] = [x.low, x.high, y.low, y.high].map((cell) => seedVarianceOf(noise, cell));
  const isKnown = xLow != null && xHigh != null && yLow != null && yHigh != null;
  return {
    a: x.network,
    b: y.network,
    agrees: Math.sign(differences[0]) * Math.sign(differences[1]),
    squares: [differences[0] ** 2, differences[1] ** 2],
    noises: isKnown ? [xLow + yLow, xHigh + yHigh] : null,
  };
}

export interface Tau {
  /** (agreeing - disagreeing) / pairs. */
  readonly tau: number;
  /** By how much noise has lowered it: 1 not at all; `null` where the noise is not known. */
  readonly strength: number | null;
}

/** `times`: how often each network counts. */
export function tauOf(pairs: readonly RankedPair[], times: Times): Tau | undefined {
  let sum = 0;
  let weight = 0;
  const squares = [0, 0];
  const noises = [0, 0];
  let isKnown = true;
  for (const pair of pairs) {
    const w = times[pair.a]! * times[pair.b]!;
    sum += w * pair.agrees;
    weight += w;
    if (pair.noises === null) isKnown = false;
    for (const end of [0, 1]) {
      squares[end]! += w * pair.squares[end]!;
      noises[end]! += w * (pair.noises?.[end] ?? 0);
    }
  }
  if (weight === 0) return undefined;
  const reliabilities = squares.map((square, end) => reliability(square, noises[end]!));
  return { tau: sum / weight, strength: isKnown ? Math.sqrt(reliabilities[0]! * reliabilities[1]!) : null };
}
