/** How often `best` is right about the cell that it chose, on planted cells of known expectation. */
import { random } from '../../contract/index.ts';
import { judgeChoice } from '../../results/queries/choice.ts';
import { intervalOf, noiseModel, type Measured } from '../../results/queries/noise.ts';

export interface PlantedChoice {
  readonly candidates: number;
  /** How far apart their expectations lie, points. @defaultValue 0 */
  readonly spread?: number;
  /** Standard deviation between seeds, points, by schedule and resolution; candidates take turns. @defaultValue 0.5 */
  readonly noise?: readonly (readonly number[])[];
  /** @defaultValue 3 */
  readonly seeds?: number;
  /** Cells beside the candidates, far below, at each schedule and resolution, that tell of noise. @defaultValue 0 */
  readonly company?: number;
}

/** Shares of all draws. */
export interface ChoiceCoverage {
  /** Intervals of cells named beforehand hold their expectation: by schedule. */
  readonly named: readonly number[];
  /** The chosen cell's own interval holds its expectation. */
  readonly chosen: number;
  /** Its corrected one does. */
  readonly corrected: number;
  /** The truly best cell is the chosen one or listed within noise. */
  readonly listed: number;
  /** Mean error of its accuracy, and of the corrected one, points. */
  readonly flattery: number;
  readonly correctedFlattery: number;
}

interface Planted extends Measured {
  readonly expected: number;
  readonly sumOfSquares: number;
}

const AXES = {};

export function tallyChoices(draws: number, options: PlantedChoice): ChoiceCoverage {
  const { candidates, spread = 0, noise = [[0.5]], seeds = 3, company = 0 } = options;
  const places = noise.flatMap((row, epochs) => row.map((sd, resolution) => ({ epochs, resolution, sd: sd / 100 })));
  const named = noise.map(() => ({ hits: 0, of: 0 }));
  const sums = { chosen: 0, corrected: 0, listed: 0, flattery: 0, correctedFlattery: 0 };
  for (let draw = 0; draw < draws; draw++) {
    const source = random(draw, 'planted choice', JSON.stringify(options));
    const plant = (place: (typeof places)[number], expected: number): Planted => {
      const values = Array.from({ length: seeds }, () => expected + place.sd * source.normal());
      const minivalTop1 = values.reduce((sum, value) => sum + value, 0) / seeds;
      const sumOfSquares = values.reduce((sum, value) => sum + (value - minivalTop1) ** 2, 0);
      return { ...place, expected, sumOfSquares, minivalTop1, seeds, readingError: null, axes: AXES };
    };
    const cells = Array.from({ length: candidates }, (_, i) =>
      plant(places[i % places.length]!, 0.8 - (i * spread) / 100),
    );
    const others = places.flatMap((place) => Array.from({ length: company }, () => plant(place, 0.3)));
    const groups = [...cells, ...others].map((cell) => ({ ...cell, axes: '{}', degreesOfFreedom: seeds - 1 }));
    const model = noiseModel(groups, null, 0);
    const holds = (interval: readonly [number, number] | null | undefined, expected: number): boolean =>
      interval !== null && interval !== undefined && interval[0] <= expected && expected <= interval[1];
    for (const cell of [...cells, ...others]) {
      named[cell.epochs]!.of++;
      if (holds(intervalOf(cell, model), cell.expected)) named[cell.epochs]!.hits++;
    }
    const [chosen, ...rivals] = cells.toSorted((a, b) => b.minivalTop1 - a.minivalTop1);
    const { near, corrected } = judgeChoice(chosen!, rivals, model);
    if (holds(intervalOf(chosen!, model), chosen!.expected)) sums.chosen++;
    if (holds(corrected?.interval, chosen!.expected)) sums.corrected++;
    // Of equals, the first stands for any.
    if (chosen === cells[0] || near.includes(cells[0]!)) sums.listed++;
    sums.flattery += 100 * (chosen!.minivalTop1 - chosen!.expected);
    sums.correctedFlattery += 100 * (corrected!.minivalTop1 - chosen!.expected);
  }
  return {
    named: named.map(({ hits, of }) => hits / of),
    chosen: sums.chosen / draws,
    corrected: sums.corrected / draws,
    listed: sums.listed / draws,
    flattery: sums.flattery / draws,
    correctedFlattery: sums.correctedFlattery / draws,
  };
}
