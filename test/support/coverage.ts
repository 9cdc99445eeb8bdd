/** Draws of planted surfaces, held against the law they were drawn from. Shared by the tests and bench/coverage.ts. */
import {
  computeFindings,
  type MatchedCost,
  type Finding,
  type FindingsOptions,
  type Strategy,
} from '../../findings/index.ts';
import { measureCells } from '../../findings/cells.ts';
import { matchedPairs } from '../../findings/matched.ts';
import { plantSurface, type PlantedCell, type PlantedOptions, type PlantedSurface } from './planted-surface.ts';

export interface Tally {
  /** Intervals that hold the truth, by question. */
  readonly covered: Record<string, { hits: number; of: number }>;
  /** Draws with a depth-over-width verdict where the law has no difference, by axis family. */
  falseClaims: { hits: number; of: number };
  /** Draws whose flip was claimed, and claimed with the true epochs inside its bracket. */
  flips: { claimed: number; right: number; wrong: number; of: number };
}

/** The value of the strategy's axis at a cost, off the grid as well: its cost grows as a power of it. */
function cellAt(base: PlantedCell, strategy: Strategy, axis: MatchedCost, ratio: number): PlantedCell {
  const isSquare = strategy === 'resolution' || (strategy === 'width' && axis !== 'stepMs');
  return { ...base, [strategy]: base[strategy] * ratio ** (isSquare ? 1 / 2 : 1) };
}

const COMPARISONS: Readonly<Record<string, readonly [ahead: Strategy, behind: Strategy]>> = {
  'depth-over-width': ['depth', 'width'],
  'depth-over-resolution': ['depth', 'resolution'],
  'width-over-resolution': ['width', 'resolution'],
  'longer-over-depth': ['epochs', 'depth'],
};

const QUESTIONS = [...Object.keys(COMPARISONS), 'resolution-gain', 'winner-flips'];

/** The law's own lead of one strategy over another, at the very costs that the finding compared. */
export function trueLead(surface: PlantedSurface, finding: Pick<Finding, 'slug' | 'scope' | 'axis'>): number {
  const { slug, scope, axis } = finding;
  const [ahead, behind] = COMPARISONS[slug]!;
  const { cells } = measureCells(
    surface.rows.filter((row) => scope['epochs'] === undefined || row.epochs === scope['epochs']),
  );
  let lead = 0;
  let pairs = 0;
  let doublings = 0;
  for (const pair of matchedPairs(cells, ahead, behind, axis)) {
    const from = { resolution: scope['resolution'] ?? scope['fromResolution'], epochs: scope['fromEpochs'] };
    if (from.resolution !== undefined && from.resolution !== pair.base.resolution) continue;
    if (from.epochs !== undefined && from.epochs !== pair.base.epochs) continue;
    const ratio = pair.cost / pair.base.costs[axis]!;
    lead +=
      100 *
      (surface.top1(cellAt(pair.base, ahead, axis, ratio)) - surface.top1(cellAt(pair.base, behind, axis, ratio)));
    doublings += pair.doublings;
    pairs++;
  }
  return lead / (slug === 'depth-over-width' ? pairs : doublings);
}

/** The law's gain per doubling over one step of the resolution, over the cells that have both ends. */
export function trueResolutionGain(surface: PlantedSurface, finding: Finding): number {
  const [low, high] = finding.scope['resolution'] as readonly [number, number];
  const { cells } = measureCells(surface.rows.filter((row) => row.epochs === finding.scope['epochs']));
  let gain = 0;
  let doublings = 0;
  for (const from of cells.filter((cell) => cell.resolution === low)) {
    const to = cells.find((cell) => cell.resolution === high && cell.width === from.width && cell.depth === from.depth);
    if (to === undefined) continue;
    gain += 100 * (surface.top1(to) - surface.top1(from));
    doublings += Math.log2(to.costs[finding.axis]! / from.costs[finding.axis]!);
  }
  return gain / doublings;
}

export function tally(
  draws: number,
  planted: Omit<PlantedOptions, 'seed'>,
  options: FindingsOptions = {},
  firstSeed = 0,
): Tally {
  const result: Tally = {
    covered: {},
    falseClaims: { hits: 0, of: 0 },
    flips: { claimed: 0, right: 0, wrong: 0, of: 0 },
  };
  for (let draw = 0; draw < draws; draw++) {
    const surface = plantSurface({ ...planted, seed: firstSeed + draw });
    const { findings } = computeFindings(surface.rows, { questions: QUESTIONS, ...options, seed: firstSeed + draw });
    count(result, surface, findings, planted.flipAt ?? null);
  }
  return result;
}

function count(result: Tally, surface: PlantedSurface, findings: readonly Finding[], flipAt: number | null): void {
  let isFalse = false;
  for (const finding of findings) {
    if (
      COMPARISONS[finding.slug] !== undefined &&
      finding.slug !== 'depth-over-width' &&
      finding.axis !== 'stepMs' &&
      finding.interval !== null
    ) {
      hold(result, `${finding.slug}, ${finding.axis}`, finding.interval, trueLead(surface, finding));
    }
    if (finding.slug === 'depth-over-width' && finding.interval !== null) {
      const name = `${finding.slug}, ${finding.scope['resolution'] === undefined ? 'all resolutions' : 'one resolution'}, ${finding.axis}`;
      hold(result, name, finding.interval, trueLead(surface, finding));
      if (flipAt === null && finding.axis === 'flops' && finding.verdict !== 'not-separable') isFalse = true;
    }
    if (
      finding.slug === 'resolution-gain' &&
      finding.axis === 'flops' &&
      finding.interval !== null &&
      finding.scope['resolution'] !== undefined
    ) {
      hold(result, 'resolution-gain, one step, flops', finding.interval, trueResolutionGain(surface, finding));
    }
    if (
      finding.slug === 'winner-flips' &&
      finding.axis === 'flops' &&
      finding.scope['resolution'] === undefined &&
      flipAt !== null
    ) {
      result.flips.of++;
      if (finding.verdict === 'not-separable') continue;
      result.flips.claimed++;
      const [low, high] = finding.scope['epochs'] as readonly [number, number];
      if (finding.verdict === 'supported' && low <= flipAt && flipAt <= high) result.flips.right++;
      else result.flips.wrong++;
    }
  }
  if (flipAt === null) {
    result.falseClaims.of++;
    if (isFalse) result.falseClaims.hits++;
  }
}

function hold(result: Tally, name: string, [low, high]: readonly [number, number], truth: number): void {
  const entry = (result.covered[name] ??= { hits: 0, of: 0 });
  entry.of++;
  if (low <= truth && truth <= high) entry.hits++;
}
