/**
 * Training speed beside PyTorch's, in one run: `npm run bench:train -- [--json] [--rounds 2] [--seconds 4] [--only NAME]`.
 *
 * Each side gets the arrangement that is best for it (one process on all cores, or one per core) and PyTorch also the
 * better of its two memory formats. The sides take turns, and the best of the rounds counts, so that a disturbance has
 * to last to matter. The first network is also trained by TensorFlow.js's wasm backend, for comparison. Needs `python3-torch` (`$SCALESWEEP_TORCH_PYTHON` names the interpreter, /usr/bin/python3 by default).
 */
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { packageRoot } from '../contract/index.ts';
import { measure, type Measured } from './support/arrangement.ts';
import { networks, type BenchNetwork } from './support/train-networks.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
  },
});
const bench = path.join(packageRoot(), 'bench');
const cores = os.availableParallelism();
/** TensorFlow.js takes many seconds for a batch of 128, and no less per image in a large batch than in this one. */
const WASM_BATCH = 16;
const arrangements = [
  { processes: 1, threads: cores },
  { processes: cores, threads: 1 },
];

/** The best of a side. Images per CPU second are the best of all its runs, whichever had the most images/s. */
interface Entry extends Measured {
  readonly arrangement: string;
}

interface Row {
  readonly network: string;
  readonly batch: number;
  readonly ours: Entry;
  readonly torch: Entry;
  /** Ours over PyTorch's: of images/s, of images per CPU second, of peak memory per process. */
  readonly ratio: number;
  readonly cpuRatio: number;
  readonly memoryRatio: number;
}

function contestants(
  network: BenchNetwork,
): Record<'ours' | 'torch', { arrangement: string; run: () => Promise<Measured> }[]> {
  const seconds = Number(options.seconds);
  const python = process.env['SCALESWEEP_TORCH_PYTHON'] ?? '/usr/bin/python3';
  const ours = arrangements.map(({ processes, threads }) => ({
    arrangement: `${processes} x ${threads}`,
    run: () =>
      measure(
        [
          process.execPath,
          '--import',
          'tsx',
          path.join(bench, 'support/train-process.ts'),
          network.name,
          String(threads),
        ],
        processes,
        seconds,
      ),
  }));
  const torch = arrangements.flatMap(({ processes, threads }) =>
    ['nchw', 'channels_last'].map((format) => ({
      arrangement: `${processes} x ${threads}, ${format}`,
      run: () =>
        measure(
          [python, path.join(bench, 'torch/train.py'), JSON.stringify(network), String(threads), format],
          processes,
          seconds,
        ),
    })),
  );
  return { ours, torch };
}

async function compare(network: BenchNetwork): Promise<Row> {
  const best: Partial<Record<'ours' | 'torch', Entry>> = {};
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [side, entries] of Object.entries(contestants(network)) as [
      'ours' | 'torch',
      ReturnType<typeof contestants>['ours'],
    ][]) {
      for (const { arrangement, run } of entries) {
        const measured = await run();
        process.stderr.write(
          `${network.name}, ${side}, ${arrangement}: ${measured.imagesPerSecond.toFixed(0)} images/s\n`,
        );
        const before = best[side];
        const imagesPerCpuSecond = Math.max(measured.imagesPerCpuSecond, before?.imagesPerCpuSecond ?? 0);
        const faster = before === undefined || measured.imagesPerSecond > before.imagesPerSecond;
        best[side] = { ...(faster ? { ...measured, arrangement } : before), imagesPerCpuSecond };
      }
    }
  }
  const { ours, torch } = best as Record<'ours' | 'torch', Entry>;
  return {
    network: network.name,
    batch: network.batch,
    ours,
    torch,
    ratio: ours.imagesPerSecond / torch.imagesPerSecond,
    cpuRatio: ours.imagesPerCpuSecond / torch.imagesPerCpuSecond,
    memoryRatio: ours.peakBytes / torch.peakBytes,
  };
}

/** TensorFlow.js on all cores, by a process each: it knows no other arrangement. */
async function measureWasm(network: BenchNetwork): Promise<Measured> {
  const script = path.join(bench, 'support/wasm-process.ts');
  const command = [process.execPath, '--import', 'tsx', script, network.name, String(WASM_BATCH)] as const;
  return measure(command, cores, Number(options.seconds));
}

const loadAverage = os.loadavg();
const rows: Row[] = [];
const chosen = networks.filter(({ name }) => options.only === undefined || options.only === name);
for (const network of chosen) rows.push(await compare(network));
const [first] = networks;
const tensorflowWasm =
  first !== undefined && chosen.includes(first)
    ? { network: first.name, batch: WASM_BATCH, ...(await measureWasm(first)) }
    : undefined;
const geometricMean = Math.exp(rows.reduce((sum, { ratio }) => sum + Math.log(ratio), 0) / rows.length);
const conditions = {
  cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
  cores,
  /** Before the run's own load: what else the machine was doing. */
  loadAverage,
  node: process.version,
};

if (options.json) {
  console.log(
    JSON.stringify(
      { conditions, rows, tensorflowWasm, geometricMean, lowest: Math.min(...rows.map(({ ratio }) => ratio)) },
      undefined,
      2,
    ),
  );
} else {
  const table = new Table({
    head: ['network', 'batch', 'images/s', 'PyTorch', 'ratio', 'per CPU s', 'MB', 'PyTorch MB'],
  });
  for (const { network, batch, ours, torch, ratio, cpuRatio } of rows) {
    table.push([
      network,
      batch,
      `${ours.imagesPerSecond.toFixed(0)} (${ours.arrangement})`,
      `${torch.imagesPerSecond.toFixed(0)} (${torch.arrangement})`,
      ratio.toFixed(2),
      cpuRatio.toFixed(2),
      (ours.peakBytes / 1e6).toFixed(0),
      (torch.peakBytes / 1e6).toFixed(0),
    ]);
  }
  console.log(table.toString());
  if (tensorflowWasm !== undefined) {
    const { network, imagesPerSecond, imagesPerCpuSecond } = tensorflowWasm;
    const times = rows.find((row) => row.network === network)!.ours.imagesPerCpuSecond / imagesPerCpuSecond;
    console.log(
      `${network} by TensorFlow.js wasm, batch ${WASM_BATCH}: ${imagesPerSecond.toFixed(1)} images/s (${cores} x 1), ${times.toFixed(0)} times fewer per CPU second`,
    );
  }
  console.log(`geometric mean of the ratios ${geometricMean.toFixed(2)}; ${conditions.cpu}, ${cores} cores`);
}
