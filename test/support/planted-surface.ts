/** Synthetic sweeps with a known law, to see whether the findings recover it. */
import { random } from '../../contract/index.ts';
import type { ResultRow } from '../../results/result-row.ts';

export interface PlantedOptions {
  /** Of all draws: noise, holes, seeds per cell. */
  seed: number;
  widths?: readonly number[];
  depths?: readonly number[];
  resolutions?: readonly number[];
  epochs?: readonly number[];
  /** Seeds per cell, from and to, drawn evenly. @defaultValue [1, 4] */
  seedsPerCell?: readonly [number, number];
  /** Standard deviation of one seed's accuracy, points. @defaultValue 0.4 */
  noise?: number;
  /** Share of cells that are missing. @defaultValue 0.1 */
  missing?: number;
  /** Epochs below which width wins at matched FLOPs and above which depth does; `null` for no difference at any. @defaultValue null */
  flipAt?: number | null;
  /** Exponent by which depth's law pulls ahead of width's, per doubling of epochs past the flip. @defaultValue 0.02 */
  strength?: number;
  /** Exponent of error over FLOPs along the resolution, below and above `resolutionBreak`. @defaultValue [0.2, 0.2] */
  resolutionExponents?: readonly [number, number];
  /** Pixels. @defaultValue Infinity */
  resolutionBreak?: number;
  /** Error that no scale removes, a fraction: bends every power law. @defaultValue 0 */
  floor?: number;
}

export interface PlantedCell {
  readonly width: number;
  readonly depth: number;
  readonly resolution: number;
  readonly epochs: number;
}

export interface PlantedSurface {
  readonly rows: readonly ResultRow[];
  /** Expected top-1 of any cell, trained or not. */
  readonly top1: (cell: PlantedCell) => number;
  /** Of a cell; FLOPs grow as depth x width^2 x resolution^2, step time as depth x width x resolution^2. */
  readonly costs: (cell: PlantedCell) => { flops: number; stepMs: number; trainFlops: number; params: number };
}

/** Exponent of error over FLOPs along depth and width where neither is ahead. */
const EXPONENT = 0.2;
const IMAGES = 5000;

export function plantSurface(options: PlantedOptions): PlantedSurface {
  const {
    widths = [0.5, 1, 2],
    depths = [8, 14, 20, 32],
    resolutions = [14, 20, 28],
    epochs = [4, 12, 36],
    seedsPerCell = [1, 4],
    noise = 0.4,
    missing = 0.1,
  } = options;
  const draws = random(options.seed, 'planted');
  const law = makeLaw(options, {
    width: widths[0]!,
    depth: depths[0]!,
    resolution: resolutions[0]!,
    epochs: epochs[0]!,
  });
  const rows: ResultRow[] = [];
  for (const width of widths) {
    for (const depth of depths) {
      for (const resolution of resolutions) {
        for (const schedule of epochs) {
          const cell = { width, depth, resolution, epochs: schedule };
          const seeds = seedsPerCell[0] + draws.below(seedsPerCell[1] - seedsPerCell[0] + 1);
          const isMissing = draws.next() < missing;
          for (let seed = 0; seed < seeds; seed++) {
            const minivalTop1 = law.top1(cell) + (noise / 100) * draws.normal();
            if (!isMissing) rows.push(makeRow({ ...cell, seed, ...law.costs(cell), minivalTop1 }));
          }
        }
      }
    }
  }
  return { rows, ...law };
}

function makeLaw(options: PlantedOptions, smallest: PlantedCell): Pick<PlantedSurface, 'top1' | 'costs'> {
  const {
    flipAt = null,
    strength = 0.02,
    resolutionExponents = [0.2, 0.2],
    resolutionBreak = Infinity,
    floor = 0,
  } = options;
  return {
    top1: ({ width, depth, resolution, epochs }) => {
      const lead = flipAt === null ? 0 : strength * Math.log2(epochs / flipAt);
      const below = Math.log(Math.min(resolution, resolutionBreak) / smallest.resolution);
      const above = Math.log(Math.max(1, resolution / resolutionBreak));
      const logError =
        Math.log(0.6) -
        (EXPONENT + lead) * Math.log(depth / smallest.depth) -
        (EXPONENT - lead) * 2 * Math.log(width / smallest.width) -
        2 * (resolutionExponents[0] * below + resolutionExponents[1] * above) -
        0.1 * Math.log(epochs / smallest.epochs);
      return 1 - floor - Math.exp(logError);
    },
    costs: ({ width, depth, resolution, epochs }) => {
      const flops = 500 * depth * width ** 2 * resolution ** 2;
      return {
        flops,
        stepMs: 1e-3 * depth * width * resolution ** 2,
        trainFlops: 3 * flops * IMAGES * epochs,
        params: 1e4 * depth * width ** 2,
      };
    },
  };
}

let rowCount = 0;

/** A result row with only what is given; all else unknown. */
export function makeRow(known: Partial<ResultRow> & PlantedCell): ResultRow {
  rowCount++;
  return {
    id: rowCount.toString(16).padStart(16, '0'),
    seed: 0,
    flops: null,
    params: null,
    activations: null,
    memoryBytes: null,
    trainFlops: null,
    minivalTop1: null,
    testTop1: null,
    minivalLoss: null,
    testLoss: null,
    trainTop1: null,
    trainLoss: null,
    stepMs: null,
    seconds: null,
    trainSeconds: null,
    peakBytes: null,
    axes: {},
    source: 'trained',
    sweep: 'planted',
    readingError: null,
    ...known,
  };
}
