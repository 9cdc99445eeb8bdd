/** Findings on ten thousand result rows: `npm run bench:findings`, `-- --json` for one JSON document. Asked for: under 3 s. */
import { parseArgs } from 'node:util';
import { computeFindings } from '../findings/index.ts';
import { plantSurface } from '../test/support/planted-surface.ts';

const { values: flags } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

/** 8 x 8 x 10 x 5 cells of 3 seeds; and as many rows of one seed each. */
const SWEEPS = {
  '3 seeds a cell': { widths: 8, depths: 8, seeds: 3 },
  '1 seed a cell': { widths: 14, depths: 14, seeds: 1 },
} as const;

const figures = Object.entries(SWEEPS).map(([sweep, { widths, depths, seeds }]) => {
  const { rows } = plantSurface({
    seed: 1,
    widths: Array.from({ length: widths }, (_, i) => 0.25 * (i + 1)),
    depths: Array.from({ length: depths }, (_, i) => 8 + 6 * i),
    resolutions: [14, 18, 22, 26, 30, 34, 38, 42, 46, 50],
    epochs: [4, 8, 12, 24, 36],
    seedsPerCell: [seeds, seeds],
    missing: 0,
  });
  const seconds = Array.from({ length: 5 }, () => {
    const start = process.hrtime.bigint();
    computeFindings(rows);
    return Number(process.hrtime.bigint() - start) / 1e9;
  }).sort((a, b) => a - b);
  return { sweep, rows: rows.length, medianSeconds: seconds[2]!, slowestSeconds: seconds[4]! };
});

if (flags.json) console.log(JSON.stringify({ figures }));
else
  for (const { sweep, rows, medianSeconds, slowestSeconds } of figures) {
    console.log(`${sweep}: ${rows} rows, median ${medianSeconds.toFixed(2)} s, slowest ${slowestSeconds.toFixed(2)} s`);
  }
