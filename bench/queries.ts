// npm run bench:queries -- [--json] [--rows 1000000]
// best, pareto and isoflop on a store of a million results (250,000 cells of four seeds), median of repeated calls, each
// through the public functions on an open store. Nothing is cached between calls but SQLite's pages. Bound: 50 ms each.
// Then the report of a sweep of 525 cells, page and figures, once. Bound: 5 s.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { random, type Random } from '../contract/index.ts';
import { best, isoflop, openStore, pareto } from '../results/index.ts';
import { writeReport } from '../report/index.ts';
import { bucketOf } from '../results/store/buckets.ts';

const BOUND_MS = 50;
const REPORT_BOUND_MS = 5000;
const REPORT_CELLS = 525;
const REPEATS = 15;
const SEEDS = 4;
const args = process.argv.slice(2);
const rows = Number(args[args.indexOf('--rows') + 1] ?? 0) || 1_000_000;
const cellsAsked = args.includes('--one-seed') ? rows : rows / SEEDS;

interface Shape {
  readonly width: number;
  readonly depth: number;
  readonly resolution: number;
  readonly epochs: number;
}

function drawnCell(draw: Random): Shape {
  return {
    width: 2 ** (-2 + 3 * draw.next()),
    depth: 26 + draw.below(375),
    resolution: 32 * (4 + draw.below(11)),
    epochs: [10, 100, 350][draw.below(3)] ?? 10,
  };
}

/** The paper's grid, 5 x 7 x 5 x 3. */
function gridCell(n: number): Shape {
  const pick = (values: readonly number[], index: number): number => values[index % values.length] ?? 1;
  return {
    width: pick([0.25, 0.5, 1, 1.5, 2], n),
    depth: pick([26, 50, 101, 200, 300, 350, 400], Math.floor(n / 5)),
    resolution: pick([128, 160, 224, 320, 448], Math.floor(n / 35)),
    epochs: pick([10, 100, 350], Math.floor(n / 175)),
  };
}

/**
 * Fills the tables directly: through the store's own interface a million trials would take five minutes. Aggregates are what
 * `refreshCell` would have made of the same trials.
 */
function fill(file: string, rows: number, cellsAsked: number): number {
  const store = openStore(file, { mode: 'run' });
  store.createSweep({
    name: 'bench',
    gridFile: 'bench.yaml',
    gridText: '',
    gridHash: '0123456789abcdef',
    question: null,
    budgets: {},
    overrides: {},
    environment: {},
    createdAt: 1,
  });
  store.close();
  const db = new Database(file);
  db.pragma('synchronous = OFF');
  const draw = random(1, 'bench', 'queries');
  const cell = db.prepare(
    `INSERT INTO cells (n, key, dataset, width, depth, resolution, epochs, axes, flops, params, activations, memory_bytes, train_flops,
       flops_bucket, params_bucket, memory_bucket, train_flops_bucket, seeds, minival_top1, minival_ss, test_top1, step_ms, step_bucket)
     VALUES (?, ?, 1, ?, ?, ?, ?, '{}', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const trial = db.prepare(
    `INSERT INTO trials (id, cell, seed, state, attempt, minival_top1, test_top1, step_ms, seconds) VALUES (?, ?, ?, 'done', 1, ?, ?, ?, 1)`,
  );
  const place = db.prepare(
    "INSERT INTO sweep_trials (trial, sweep, position, priority, state) VALUES (?, 1, ?, 0, 'done')",
  );
  const seedsOf = rows / cellsAsked;
  let cells = 0;
  db.exec('BEGIN');
  db.exec("INSERT INTO datasets (n, key) VALUES (1, 'bench')");
  let df = 0;
  let squares = 0;
  for (let n = 1; n <= cellsAsked; n++) {
    const { width, depth, resolution, epochs } = cellsAsked === REPORT_CELLS ? gridCell(n - 1) : drawnCell(draw);
    const flops = 2.2e6 * width ** 2 * depth * (resolution / 32) ** 2;
    const params = 4e5 * width ** 2 * depth;
    const mean = 0.9 - 2.2 * flops ** -0.09 - 0.4 / epochs + 0.004 * draw.normal();
    const values = Array.from({ length: seedsOf }, () => mean + 0.003 * draw.normal());
    const top1 = values.reduce((a, b) => a + b, 0) / seedsOf;
    const ss = values.reduce((sum, value) => sum + (value - top1) ** 2, 0);
    df += seedsOf - 1;
    squares += ss;
    const step = flops / 1e8;
    const costs = [flops, params, flops / 200, params * 12, flops * 3 * 1.28e6 * epochs] as const;
    const buckets = [bucketOf(costs[0]), bucketOf(costs[1]), bucketOf(costs[3]), bucketOf(costs[4])];
    cell.run(
      n,
      n.toString(16).padStart(16, '0'),
      width,
      depth,
      resolution,
      epochs,
      ...costs,
      ...buckets,
      seedsOf,
      top1,
      ss,
      top1 - 0.03,
      step,
      bucketOf(step),
    );
    for (const [seed, value] of values.entries()) {
      const at = (n - 1) * seedsOf + seed + 1;
      const { lastInsertRowid } = trial.run(at.toString(16).padStart(16, '0'), n, seed, value, value - 0.03, step);
      place.run(lastInsertRowid, at);
    }
    cells++;
  }
  db.prepare('UPDATE datasets SET noise_df = ?, noise_ss = ?').run(df, squares);
  db.exec(`INSERT INTO seed_noise (dataset, axes, epochs, resolution, df, ss)
    SELECT dataset, axes, epochs, resolution, sum(seeds - 1), sum(minival_ss) FROM cells WHERE seeds > 1 GROUP BY axes, epochs, resolution`);
  db.exec('UPDATE sweeps SET dataset = 1, complete = 1');
  db.exec('COMMIT');
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return cells;
}

/** Milliseconds of wall-clock; with --cpu of processor time, which other programs on the machine do not stretch. */
function clock(): number {
  if (!args.includes('--cpu')) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function medianMs(run: () => unknown): number {
  const times = Array.from({ length: REPEATS }, () => {
    const start = clock();
    run();
    return clock() - start;
  }).sort((a, b) => a - b);
  return Number((times[Math.floor(REPEATS / 2)] ?? 0).toFixed(2));
}

/** One report of the paper's grid, two seeds a cell; loading the drawing libraries is part of it. */
async function reportOnce(file: string): Promise<number> {
  fill(file, 2 * REPORT_CELLS, REPORT_CELLS);
  const store = openStore(file, { mode: 'read' });
  try {
    const start = clock();
    await writeReport(store, { out: path.join(path.dirname(file), 'report') });
    return Math.round(clock() - start);
  } finally {
    store.close();
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'scalesweep-bench-'));
try {
  const file = path.join(folder, 'results.db');
  const cells = fill(file, rows, cellsAsked);
  const reportMs = await reportOnce(path.join(folder, 'report.db'));
  const opening = performance.now();
  const store = openStore(file, { mode: 'read' });
  const openMs = Number((performance.now() - opening).toFixed(2));
  try {
    const ms = {
      'best, no budget': medianMs(() => best(store)),
      'best --max-flops 2G': medianMs(() => best(store, { budget: { flops: 2e9 } })),
      'best --max-flops 50G --max-params 20M': medianMs(() => best(store, { budget: { flops: 5e10, params: 2e7 } })),
      'best --max-step-ms 40': medianMs(() => best(store, { budget: { stepMs: 40 } })),
      'pareto, flops': medianMs(() => pareto(store)),
      'pareto, params': medianMs(() => pareto(store, { axis: 'params' })),
      'isoflop --flops 2G': medianMs(() => isoflop(store, { flops: 2e9 })),
      'isoflop --flops 20G': medianMs(() => isoflop(store, { flops: 2e10 })),
    };
    // A filter that few of a bucket's best satisfy makes the search walk the index (0.2 us a cell): outside the bound.
    const filtered = {
      'best --max-flops 2G --where epochs=10': medianMs(() =>
        best(store, { budget: { flops: 2e9 }, where: 'epochs=10' }),
      ),
      'pareto --where epochs=10': medianMs(() => pareto(store, { where: 'epochs=10' })),
    };
    const worst = Math.max(...Object.values(ms));
    const report = {
      bench: 'queries',
      rows,
      cells,
      fileBytes: statSync(file).size,
      openMs,
      ms,
      worstMs: worst,
      reportMs,
      reportBoundMs: REPORT_BOUND_MS,
      boundMs: BOUND_MS,
    };
    if (args.includes('--json')) console.log(JSON.stringify(report));
    else {
      console.log(
        `${rows} results, ${cells} cells, ${Math.round(report.fileBytes / 2 ** 20)} MiB; opened in ${openMs} ms`,
      );
      for (const [name, median] of Object.entries(ms)) console.log(`${String(median).padStart(9)} ms  ${name}`);
      for (const [name, median] of Object.entries(filtered))
        console.log(`${String(median).padStart(9)} ms  ${name} (no bound)`);
      console.log(`bound ${BOUND_MS} ms, worst ${worst} ms`);
      console.log(`report of ${REPORT_CELLS} cells: ${reportMs} ms, bound ${REPORT_BOUND_MS} ms`);
    }
    process.exitCode = worst <= BOUND_MS && reportMs <= REPORT_BOUND_MS ? 0 : 1;
  } finally {
    store.close();
  }
} finally {
  rmSync(folder, { recursive: true });
}
