/**
 * Statistical coverage of the findings on planted surfaces, 500 draws of each: `npm run bench:coverage`, some three minutes.
 * `-- --draws 50` for a look, `--json` for one JSON document.
 *
 * Asked for: 95 % intervals cover the truth in 93 to 97 % of cases, a verdict without an effect in at most 5 % of draws,
 * flips placed in the right interval. Of `best`: the chosen cell's corrected interval covers, the truly best cell is listed.
 */
import { parseArgs } from 'node:util';
import { measureCells } from '../findings/cells.ts';
import { makeDraws } from '../findings/draws.ts';
import { matchedPairs, sumBy } from '../findings/matched.ts';
import { central95 } from '../findings/percentile.ts';
import { tallyChoices, type PlantedChoice } from '../test/support/best-coverage.ts';
import { tally, trueLead, type Tally } from '../test/support/coverage.ts';
import { plantSurface, type PlantedOptions } from '../test/support/planted-surface.ts';

const { values: flags } = parseArgs({
  options: { draws: { type: 'string', default: '500' }, json: { type: 'boolean', default: false } },
});
const draws = Number(flags.draws);
if (!Number.isSafeInteger(draws) || draws < 1)
  throw new Error(`Expected --draws to be an integer >= 1, got ${flags.draws}`);

const SCENARIOS: Readonly<Record<string, Omit<PlantedOptions, 'seed'>>> = {
  'no effect, 1 to 4 seeds, a tenth of the cells missing': {},
  'no effect, one seed': { seedsPerCell: [1, 1] },
  'no effect, laws that bend, 3 seeds': { seedsPerCell: [3, 3], floor: 0.1 },
  'a faint flip at 20 epochs, 1 to 4 seeds': { flipAt: 20, epochs: [4, 12, 36, 108], strength: 0.008, noise: 0.8 },
  'flip at 60 epochs, a grid as large as the paper has, one seed': {
    widths: [0.25, 0.5, 1, 1.5, 2],
    depths: [26, 50, 101, 200, 300],
    resolutions: [128, 160, 224, 320],
    epochs: [10, 100, 350],
    seedsPerCell: [1, 1],
    flipAt: 60,
    strength: 0.01,
    resolutionBreak: 224,
    resolutionExponents: [0.2, 0.05],
    noise: 0.25,
  },
  'no effect, two values on every axis, 3 seeds': {
    widths: [0.5, 1],
    depths: [8, 14],
    resolutions: [20, 28],
    epochs: [2, 5],
    seedsPerCell: [3, 3],
    missing: 0,
  },
};

const STUDY_NOISE = [
  [2.57, 2.57, 2.57],
  [1.12, 1.12, 1.12],
  [0.71, 0.71, 0.71],
];

/** Of `best`: noise of 0.5 points a seed unless said, three seeds. With fewer than 27 candidates, nine others tell of noise. */
const CHOICES: Readonly<Record<string, PlantedChoice>> = {
  ...Object.fromEntries(
    [1, 9, 27, 81].flatMap((candidates) =>
      [0, 0.15].map((spread) => [
        `best of ${candidates}, ${spread === 0 ? 'equal' : `${spread} points apart`}`,
        { candidates, spread, company: candidates < 27 ? 9 : 0 },
      ]),
    ),
  ),
  'best of 27, equal, noise of 2.57, 1.12 and 0.71 points by schedule': { candidates: 27, noise: STUDY_NOISE },
  'best of 27, 0.3 points apart, noise of 2.57, 1.12 and 0.71 points by schedule': {
    candidates: 27,
    spread: 0.3,
    noise: STUDY_NOISE,
  },
  'best of 27, equal, noise of 3.9 to 0.6 points by schedule and resolution': {
    candidates: 27,
    noise: [
      [3.9, 2, 1.3],
      [1.4, 1.1, 0.8],
      [0.8, 0.7, 0.6],
    ],
  },
};

function choiceFigures(scenario: PlantedChoice): Record<string, number> {
  const { named, chosen, corrected, listed } = tallyChoices(draws, scenario);
  return {
    ...Object.fromEntries(named.map((share, i) => [`covered: cells named beforehand, schedule ${i + 1}`, share])),
    'covered: the chosen cell, uncorrected': chosen,
    'covered: the chosen cell, corrected': corrected,
    'the truly best is chosen or within noise': listed,
  };
}

/** What was not chosen: the textbook bootstrap, resampling the seeds of each cell with replacement, percentiles. */
function resampledSeeds(scenario: Omit<PlantedOptions, 'seed'>): { hits: number; of: number } {
  let hits = 0;
  for (let seed = 0; seed < draws; seed++) {
    const surface = plantSurface({ ...scenario, seed });
    const schedule = surface.rows[0]!.epochs;
    const cells = measureCells(surface.rows).cells.filter((cell) => cell.epochs === schedule);
    const contrast = sumBy(matchedPairs(cells, 'depth', 'width', 'flops'), () => 'all')
      .get('all')!
      .mean();
    const byIndex = new Map(cells.map((cell) => [cell.index, cell]));
    const source = makeDraws(seed);
    const sample = Float64Array.from({ length: 400 }, () => {
      let value = contrast.effect!;
      for (const [i, index] of contrast.cells.entries()) {
        const { values, top1 } = byIndex.get(index)!;
        let sum = 0;
        for (let k = 0; k < values.length; k++) sum += values[source.below(values.length)]!;
        value += contrast.loads[i]! * (sum / values.length - top1);
      }
      return value;
    });
    const [low, high] = central95(sample);
    const truth = trueLead(surface, { slug: 'depth-over-width', scope: { epochs: schedule }, axis: 'flops' });
    if (low <= truth && truth <= high) hits++;
  }
  return { hits, of: draws };
}

const share = ({ hits, of }: { hits: number; of: number }): number =>
  of === 0 ? Number.NaN : Number((hits / of).toFixed(4));

function figuresOf(result: Tally): Record<string, number> {
  const covered = Object.entries(result.covered).map(
    ([question, count]) => [`covered: ${question}`, share(count)] as const,
  );
  const { falseClaims, flips } = result;
  return {
    ...Object.fromEntries(covered),
    ...(falseClaims.of > 0 ? { 'draws with a false claim': share(falseClaims) } : {}),
    ...(flips.of > 0
      ? { 'flips claimed': flips.claimed / flips.of, 'flips placed wrongly': flips.wrong / flips.of }
      : {}),
  };
}

function print(name: string, shares: Readonly<Record<string, number>>): void {
  if (flags.json) return;
  console.log(`\n${name} (${draws} draws)`);
  for (const [what, share] of Object.entries(shares))
    console.log(`  ${(100 * share).toFixed(1).padStart(5)} %  ${what}`);
}

const figures: Record<string, Record<string, number>> = {};
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  figures[name] = figuresOf(tally(draws, scenario, { replicates: 1000 }));
  if (scenario.seedsPerCell?.[0] === 3)
    figures[name]['covered by resampling seeds, not chosen'] = share(resampledSeeds(scenario));
  print(name, figures[name]);
}
for (const [name, scenario] of Object.entries(CHOICES)) print(name, (figures[name] = choiceFigures(scenario)));
if (flags.json) console.log(JSON.stringify({ draws, figures }));
