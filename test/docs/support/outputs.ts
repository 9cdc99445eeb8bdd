/** What every command prints with `--json`, on a sweep that is tiny and has findings, failures and a trained network. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { EXIT, packageRoot } from '../../../contract/index.ts';
import { invoke } from '../../orchestrator/support/invoke.ts';
import { TINY_DATA, writeTinyFolder } from '../../fixtures/tiny-folder.ts';

export type Json = Record<string, unknown>;

const NOOP_GRID = `
question: Which axis pays best?
engine: noop
model: { family: resnet-rs-small }
data: { name: fashion-mnist, trainImages: 1000, minivalImages: 1000 }
recipe: { batchSize: 100, learningRate: 0.1 }
seeds: 2
axes: { width: [0.5, 1], depth: [8, 14], resolution: 16, epochs: [1, 4], weightDecay: 1e-4 }
constraints: ['width * depth < 14']
budgets: [{ flops: 5M }]
`;

const TRAINED_GRID = `
question: What does a trained network look like?
model: { family: resnet-rs-small }
data: { name: tiny, identity: ${TINY_DATA.identity}, images: 64, classes: 3, channels: 3, trainImages: 44, minivalImages: 20 }
recipe: { batchSize: 4, learningRate: 0.1 }
axes: { width: 0.25, depth: 8, resolution: 8, epochs: 1 }
`;

/** One trial; it diverges where the engine is told to. */
const DIVERGING_GRID = `
question: What does a failure look like?
engine: noop
model: { family: resnet-rs-small }
data: { name: fashion-mnist }
recipe: { batchSize: 100, learningRate: 100 }
axes: { width: 1, depth: 8, resolution: 16, epochs: 1 }
`;

/**
 * Runs the commands in a folder; the dataset cache and the calibration are those of the environment.
 *
 * @returns by the heading of the command's section in docs/json.md.
 */
export async function outputsOf(folder: string, cacheDir: string): Promise<ReadonlyMap<string, Json | Json[]>> {
  const outputs = new Map<string, Json | Json[]>();
  const file = (name: string): string => path.join(folder, name);
  writeFileSync(file('grid.yaml'), NOOP_GRID);
  writeFileSync(file('trained.yaml'), TRAINED_GRID);
  await writeTinyFolder(cacheDir);
  const run = async (name: string, args: readonly string[]): Promise<void> => {
    const { out, err, code } = await invoke(...args);
    expect([name, code, err]).toEqual([name, EXIT.done, err]);
    outputs.set(name, JSON.parse(out) as Json | Json[]);
  };
  const store = ['--db', file('results.db')];
  const ask = (name: string, ...more: readonly string[]): Promise<void> =>
    run(name, [name, ...store, '--json', ...more]);

  await run('plan', ['plan', file('grid.yaml'), '--json']);
  await run('init', ['init', file('begun.yaml'), '--json']);
  await run('grid keys', ['grid', 'keys', 'baseWidth', '--json']);
  await run('cost', 'cost --family resnet-rs-small --depth 8 --resolution 28 --json'.split(' '));
  await run('run', ['run', file('grid.yaml'), ...store, '--workers', '1', '--json']);
  await ask('best', '--max-flops', '5M');
  await ask('pareto');
  await ask('isoflop', '--flops', '5M', '--tolerance', '0.9');
  await ask('findings');
  await run('export', ['export', '--format', 'json', ...store]);
  await ask('report', '--out', file('report'));
  await ask('resume', '--workers', '1');
  await ask('pause');
  await ask('cancel');
  await ask('retry');
  await run('data fetch', ['data', 'fetch', TINY_DATA.name, '--json']);
  const trained = ['--db', file('trained.db')];
  await invoke('run', file('trained.yaml'), ...trained, '--workers', '1');
  const { out } = await invoke('export', '--format', 'json', ...trained);
  const [{ id }] = JSON.parse(out) as [{ id: string }];
  await run('export-model', ['export-model', id, '--out', file('m.onnx'), ...trained, '--json']);
  await invoke('export', '--format', 'csv', '--out', file('rows.csv'), ...store);
  await run('import', ['import', file('rows.csv'), '--dataset', 'fashion-mnist', ...trained, '--json']);
  writeFileSync(file('diverging.yaml'), DIVERGING_GRID);
  vi.stubEnv('SCALESWEEP_NOOP', JSON.stringify({ fault: { kind: 'nan' } }));
  expect((await invoke('run', file('diverging.yaml'), ...store, '--workers', '1')).code).toBe(EXIT.failedTrials);
  vi.stubEnv('SCALESWEEP_NOOP', undefined);
  writeFileSync(file('own.yaml'), NOOP_GRID.replace('engine: noop', 'engine: { command: smallest, arguments: [0.2] }'));
  const smallest = `smallest=${path.join(packageRoot(), 'examples', 'shell', 'train.sh')}`;
  await run('trainer check', ['trainer', 'check', file('own.yaml'), '--allow-command', smallest, '--json']);
  await ask('status');
  await ask('sweeps');
  const [{ id: shown }] = outputs.get('export') as [{ id: string }];
  await run('show', ['show', shown, ...store, '--json']);
  await ask('curves', 'grid');
  writeFileSync(file(path.join('checkpoints', `${shown}.log`)), 'epoch 1\n');
  await run('logs', ['logs', shown, ...store, '--json']);
  await ask('doctor');
  return outputs;
}
