/**
 * A whole sweep beside the same grid as a loop over a plain PyTorch script, one after the other in one run:
 *
 *   npm run bench:sweep [-- --json] [--rounds 2] [--trials 4] [--grid grids/quickstart.yaml] [--format nchw|channels_last]
 *
 * Same images, recipe, epochs and evaluations. Ours is the command line in a new store, from its start to its end, report
 * included; PyTorch's is one process with a thread per core, in the memory format that is faster for each network (probed before,
 * not timed). The sides take turns, and the faster of the rounds counts, so that a disturbance has to last to matter. The dataset is
 * ready for both. `--trials N` takes the N that cost least. Needs `python3-torch`
 * (`$SCALESWEEP_TORCH_PYTHON` names the interpreter, /usr/bin/python3 by default) and Linux.
 *
 * Busy shares are over the middle three fifths of our sweep: CPU time of the worker processes over the cores' time, and, as
 * a second witness, from the store, the time in trials and the steps' part of it.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../contract/index.ts';
import { loadGrid, planGrid } from '../grids/index.ts';
import { closeDatasets } from '../worker/data/index.ts';
import { runOurs, type SweepSide } from './support/our-sweep.ts';
import { runTorch, withFormats, writeImages } from './support/torch-sweep.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '2' },
    trials: { type: 'string' },
    grid: { type: 'string', default: path.join(packageRoot(), 'grids/quickstart.yaml') },
    format: { type: 'string' },
  },
});
const { format } = options;
if (format !== undefined && format !== 'nchw' && format !== 'channels_last')
  throw new Error(`Expected --format nchw or channels_last, got ${format}`);

const bySeconds = (a: SweepSide, b: SweepSide): number => a.seconds - b.seconds;
const cores = os.availableParallelism();
const loadAverage = os.loadavg();
const grid = path.resolve(options.grid);
const all = [...planGrid(loadGrid(grid))]
  .flatMap((item) => (item.kind === 'trial' ? [item] : []))
  .sort((a, b) => a.cost.trainFlops - b.cost.trainFlops);
const planned = all.slice(0, options.trials === undefined ? undefined : Number(options.trials));
// The command line cuts by cost alone: trials of equal cost are in together.
const cut = planned.at(-1)!.cost.trainFlops;
const chosen = all.filter(({ cost }) => cost.trainFlops <= cut);
const trials = chosen.map(({ trial }) => trial);

const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-bench-sweep-'));
try {
  await writeImages(trials, folder);
  closeDatasets();
  const torchTrials = await withFormats(trials, format, folder, cores);
  const rounds: { readonly ours: Awaited<ReturnType<typeof runOurs>>; readonly torch: SweepSide }[] = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const store = path.join(folder, `round-${round}`);
    mkdirSync(store);
    const ours = await runOurs(grid, chosen, store, cores);
    rounds.push({ ours, torch: await runTorch(torchTrials, folder, cores) });
    process.stderr.write(
      `${rounds.map(({ ours: a, torch: b }) => `${a.seconds} s, PyTorch ${b.seconds} s`).join('; ')}\n`,
    );
  }
  const ours = rounds.map((round) => round.ours).toSorted(bySeconds)[0]!;
  const torch = rounds.map((round) => round.torch).toSorted(bySeconds)[0]!;
  const ratio = torch.seconds / ours.seconds;
  const { length: channelsLast } = torchTrials.filter((trial) => trial.format === 'channels_last');
  const conditions = { cpu: os.cpus()[0]?.model.trim() ?? 'unknown', cores, loadAverage, node: process.version };
  if (options.json) {
    console.log(
      JSON.stringify({
        benchmark: 'sweep',
        conditions,
        trials: trials.length,
        ours,
        torch: { ...torch, channelsLast },
        seconds: rounds.map((round) => ({ ours: round.ours.seconds, torch: round.torch.seconds })),
        ratio,
      }),
    );
  } else {
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    console.log(`${trials.length} trials of ${path.basename(grid)}, ${cores} cores, ${conditions.cpu}`);
    for (const [name, side] of Object.entries({ scalesweep: ours, PyTorch: torch })) {
      const accuracy = `mean minival ${percent(side.meanMinivalTop1)}, test ${percent(side.meanTestTop1)}`;
      console.log(`${name.padEnd(10)} ${side.seconds.toFixed(1)} s, ${accuracy}`);
    }
    const { cpu, inTrials, inSteps } = ours.busy;
    console.log(`ratio      ${ratio.toFixed(2)} (PyTorch in channels_last: ${channelsLast} trials)`);
    console.log(
      `cores busy ${percent(cpu)} with workers; ${percent(inTrials)} in trials, ${percent(inSteps)} in training steps`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
