import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';
import { HELLO, writeScript } from '../worker/engines/command/script.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const GRID = `question: how does it scale?
model: { family: EfficientNet-like }
data: { name: mine, identity: v1, images: 1000, classes: 10, channels: 3, minivalImages: 200 }
recipe: { batchSize: 32, learningRate: 0.1 }
params: { optimizer: lamb }
axes: { width: 1.5, depth: [1, 1.2], resolution: 32, epochs: 1, params.expansion: [4, 6, 8] }
engine: { command: mine, ownCost: true, arguments: ['{width}', '{depth}', '{params.expansion}', '{params.optimizer}', '{other}'] }
`;
/** Asked for costs, it knows no expansion of 8; trained, it is as good as its arguments say. */
const TRAINER = [
  `if [ "$SCALESWEEP_COST" = 1 ]; then while read -r line; do case "$line" in`,
  `*'"expansion":8'*) echo '{"cannot": "8 is too much"}';;`,
  `*'"expansion":6'*) echo '{"flops": 2000000, "params": 9}';; *) echo '{"flops": 1000000, "params": 7}';; esac; done; exit; fi`,
  `[ "$1 $4 $5" = '1.5 lamb {other}' ] || exit 9`,
  HELLO,
  `echo "{\\"type\\": \\"done\\", \\"minivalTop1\\": 0.$3, \\"testTop1\\": 0.$3}" >&3`,
];

describe('a sweep of networks that only its trainer knows', () => {
  const newFolder = useFolders();
  useCli();
  let grid: string;
  let db: string;
  let allow: readonly string[];

  beforeEach(() => {
    const folder = newFolder();
    db = path.join(folder, 'state', 'results.db');
    grid = path.join(folder, 'grid.yaml');
    writeFileSync(grid, GRID);
    allow = ['--allow-command', `mine=${writeScript(folder, TRAINER)}`];
  });

  it('is trained with its settings as arguments, and answered by them', async () => {
    const run = await invoke('run', grid, ...allow, '--db', db, '--json');
    expect(run.code, run.err).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({ trained: 4, counts: { done: 4 } });
    const again = await invoke('run', grid, ...allow, '--db', db, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ trained: 0 });
    const axes = { family: 'EfficientNet-like', 'params.expansion': 6, 'params.optimizer': 'lamb' };
    const best = await invoke('best', '--db', db, '--json');
    expect(JSON.parse(best.out)).toMatchObject({
      best: { width: 1.5, minivalTop1: 0.6, flops: 2e6, activations: null, memoryBytes: null, axes },
    });
    const csv = await invoke('export', '--db', db, '--format', 'csv', '--where', 'params.expansion=4,depth=1.2');
    const [head, ...rows] = csv.out.trim().split('\n');
    expect(head).toMatch(/,axes.family,axes.params.expansion,axes.params.optimizer$/);
    expect(rows).toEqual([expect.stringMatching(/^\w{16},0,1\.5,1\.2,32,1,.*,EfficientNet-like,4,lamb$/)]);
    const parquet = path.join(path.dirname(grid), 'results.parquet');
    expect((await invoke('export', '--db', db, '--format', 'parquet', '--out', parquet)).code).toBe(0);
    const findings = await invoke('findings', '--db', db);
    expect(findings.code, findings.err).toBe(0);
  });

  it('is planned by what the trainer says alone', async () => {
    const { out } = await invoke('plan', grid, ...allow, '--json');
    const plan = JSON.parse(out) as { trials: Record<string, unknown>[]; excluded: Record<string, unknown>[] };
    expect(plan.trials[0]).toMatchObject({ depth: 1, 'params.expansion': 4, flops: 1e6, params: 7, memoryBytes: null });
    expect(plan.excluded.map((cell) => [cell['depth'], cell['params.expansion'], cell['rule']])).toEqual([
      [1, 8, '8 is too much'],
      [1.2, 8, '8 is too much'],
    ]);
    const table = (await invoke('plan', grid, ...allow)).out;
    expect(table).toMatch(/^ *depth +params\.expansion +seeds +FLOPs +params +train FLOPs +predicted$/m);
  });

  it('has no constraint over a cost that the trainer does not say', async () => {
    writeFileSync(grid, `${GRID}constraints: [memoryBytes < 1G]\n`);
    const { code, err } = await invoke('plan', grid, ...allow);
    expect(err).toMatch(/got no `memoryBytes`, which the constraint `memoryBytes < 1G` needs/);
    expect(code).toBe(2);
  });

  it('goes to no engine of this program', async () => {
    const { code, err } = await invoke('plan', grid, ...allow, '--engine', 'onnx');
    expect(err).toMatch(/Only mine knows the family and the settings/);
    expect(code).toBe(2);
  });
});
