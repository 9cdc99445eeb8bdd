/**
 * Statistical coverage of the findings on planted surfaces, 500 draws of each: `npm run bench:coverage`, some three minutes.
 * `-- --draws 50` for a look, `--json` for one JSON document.
 *
 * Asked for: 95 % intervals cover the truth in 93 to 97 % of cases, a verdict without an effect in at most 5 % of draws,
 * flips placed in the right interval.
 */
import { parseArgs } from 'node:util';
import { measureCells } from '../findings/cells.ts';
import { makeDraws } from '../findings/draws.ts';
import { matchedPairs, sumBy } from '../findings/matched.ts';
import { central95 } from '../findings/percentile.ts';
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

const figures: Record<string, Record<string, number>> = {};
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  figures[name] = figuresOf(tally(draws, scenario, { replicates: 1000 }));
  if (scenario.seedsPerCell?.[0] === 3)
    figures[name]['covered by resampling seeds, not chosen'] = share(resampledSeeds(scenario));
  if (flags.json) continue;
  console.log(`\n${name} (${draws} draws)`);
  for (const [what, figure] of Object.entries(figures[name]))
    console.log(`  ${(100 * figure).toFixed(1).padStart(5)} %  ${what}`);
}
if (flags.json) console.log(JSON.stringify({ draws, figures }));
