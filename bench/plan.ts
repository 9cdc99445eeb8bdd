/**
 * Plans a grid of a million cells and measures time and peak memory. A plan is a stream: memory must not grow with cells.
 *
 *   npm run bench:plan [-- --json] [-- --cells 10000]
 */
import { parseArgs } from 'node:util';
import { parseGrid, planGrid, planTotals } from '../grids/index.ts';

const MEBIBYTE = 2 ** 20;

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, cells: { type: 'string', default: '1000000' } },
});

/** A thousand networks; the rest of the cells are recipes and schedules, as in a real search. */
function gridOf(cells: number): string {
  const steps = (count: number, value: (i: number) => number): string =>
    `[${Array.from({ length: count }, (_, i) => Number(value(i).toPrecision(6))).join(', ')}]`;
  return `question: how long does a plan take, and how much memory?
model: { family: resnet-rs-small }
data: { name: fashion-mnist, trainImages: 4000 }
recipe:
  batchSize: 64
  learningRate: { per256: 0.4 }
  dropout: 'width <= 0.5 ? 0 : 0.1'
axes:
  width: ${steps(10, (i) => 0.25 + i / 8)}
  depth: ${steps(10, (i) => 8 + 6 * i)}
  resolution: ${steps(10, (i) => 12 + 2 * i)}
  epochs: ${steps(10, (i) => i + 1)}
  weightDecay: ${steps(Math.max(1, cells / 10_000), (i) => (i + 1) * 1e-5)}
constraints:
  - flops <= 40M
  - width * depth <= 60
`;
}

const cells = Number(values.cells);
const grid = parseGrid(gridOf(cells), 'bench.yaml');
const rssBefore = process.memoryUsage.rss();
const cpuBefore = process.cpuUsage();
const began = performance.now();
const totals = planTotals(planGrid(grid));
const seconds = (performance.now() - began) / 1000;
const cpu = process.cpuUsage(cpuBefore);
const cpuSeconds = (cpu.user + cpu.system) / 1e6;
const result = {
  benchmark: 'plan',
  cells: totals.cells,
  trials: totals.trials,
  excluded: totals.excluded,
  seconds: Number(seconds.toFixed(3)),
  cpuSeconds: Number(cpuSeconds.toFixed(3)),
  cellsPerSecond: Math.round(totals.cells / seconds),
  // What the plan costs on a machine that has other work too.
  cellsPerCpuSecond: Math.round(totals.cells / cpuSeconds),
  // Kibibytes on Linux, of the whole process: Node, the TypeScript loader and the program's code included.
  peakRssMiB: Math.round((process.resourceUsage().maxRSS * 1024) / MEBIBYTE),
  rssBeforeMiB: Math.round(rssBefore / MEBIBYTE),
};
console.log(
  values.json
    ? JSON.stringify(result)
    : `${result.cells} cells (${result.trials} trials) in ${result.seconds} s, ${result.cellsPerSecond} cells/s (${result.cellsPerCpuSecond} per CPU second); ` +
        `peak ${result.peakRssMiB} MiB, of which ${result.rssBeforeMiB} before the plan`,
);
