/** What is run while a call fails, on a folder that is made ready once and copied for every run. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openStore, resultRows, type SqliteStore } from '../../../results/index.ts';
import { attemptsAfterDone, doneAttempts, lastingPart } from '../../orchestrator/chaos/verdict.ts';
import { runCli, startCli, type CliResult } from '../../orchestrator/support/cli.ts';
import { waitUntil } from '../../orchestrator/support/wait-until.ts';
import { startRedis } from '../../redis/support/redis-server.ts';
import { TINY_DATA, writeTinyFolder } from '../../fixtures/tiny-folder.ts';

export interface Scenario {
  readonly name: string;
  /** Fills the folder that every run gets a copy of. */
  readonly prepare: (folder: string) => Promise<void>;
  /** The run; calls fail in the processes that are given `env`. */
  readonly run: (folder: string, env: Readonly<Record<string, string>>) => Promise<CliResult>;
  /** What is untrue or lost afterwards, in words; nothing fails any more. */
  readonly check: (folder: string, result: CliResult, undisturbed: CliResult) => Promise<string[]>;
}

const TRIALS = 8;
const GRID = `
question: Does anything get lost when a system call fails?
engine: noop
model: { family: resnet-rs-small, baseWidth: 4 }
data: { name: fashion-mnist, trainImages: 1000, minivalImages: 1000 }
recipe: { batchSize: 32, learningRate: 0.05, flip: true }
seeds: 2
axes: { width: [1, 2], depth: [8], resolution: [8, 10], epochs: [2] }
`;
const TRAINED = `
question: Does anything get lost when a system call fails in a training?
model: { family: resnet-rs-small, baseWidth: 4 }
data: { name: ${TINY_DATA.name}, identity: ${TINY_DATA.identity}, classes: 3, channels: 3, images: 64, trainImages: 44, minivalImages: 20 }
recipe: { batchSize: 8, learningRate: 0.05 }
axes: { width: [1, 2], depth: [8], resolution: [8], epochs: [2] }
`;

/** A copy is another folder: its store, checkpoints and datasets are its own. */
const cli = (folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> =>
  runCli(args, { cwd: folder, env: { SCALESWEEP_DATA: path.join(folder, 'data'), ...env } });

const writeGrid = (folder: string, text = GRID): void => writeFileSync(path.join(folder, 'grid.yaml'), text);
const command =
  (...args: string[]): Scenario['run'] =>
  (folder, env) =>
    cli(folder, args, env);

/** The results that are in the store, by trial; `undefined` where there is no store yet. */
function storedResults(folder: string): Map<string, string> | undefined {
  const file = path.join(folder, '.scalesweep/results.db');
  let store;
  try {
    store = openStore(file, { mode: 'read' });
  } catch {
    return undefined;
  }
  try {
    const results = new Map<string, string>();
    for (const { id } of hasDone(store) ? resultRows(store) : []) {
      const detail = store.trial(id);
      results.set(id, JSON.stringify(lastingPart(detail)));
      if (doneAttempts(detail) !== 1) results.set(id, `taken ${doneAttempts(detail)} times`);
      if (attemptsAfterDone(detail) > 0) results.set(id, 'trained again after it was done');
    }
    return results;
  } finally {
    store.close();
  }
}

const hasDone = (store: SqliteStore): boolean => store.sweeps().some(({ id }) => store.counts(id).done > 0);

/** After a run that was disturbed, a resume finishes the sweep: each trial once, and what was finished is kept. */
function checkSweep(trials: number, again: readonly string[]): Scenario['check'] {
  return async (folder, { code, stdout, stderr }) => {
    const wrong: string[] = [];
    const before = storedResults(folder);
    if (code === 0 && before?.size !== trials)
      wrong.push(`exit 0 with ${before?.size ?? 'no'} of ${trials} results stored`);
    const claimed = /(\d+) trials done/.exec(stdout + stderr)?.[1];
    if (claimed !== undefined && Number(claimed) > (before?.size ?? 0))
      wrong.push(`says "${claimed} trials done" with ${before?.size ?? 'no'} results stored`);
    const resumed = await cli(folder, again);
    if (resumed.code !== 0)
      wrong.push(`${again.join(' ')} afterwards: exit ${resumed.code}: ${resumed.stderr.slice(-500)}`);
    const after = storedResults(folder);
    if (after?.size !== trials) wrong.push(`${after?.size ?? 'no'} of ${trials} results after resuming`);
    for (const [id, result] of before ?? [])
      if (after?.get(id) !== result) wrong.push(`${id} was ${result}, is ${after?.get(id)}`);
    for (const [id, result] of after ?? []) if (!result.startsWith('{')) wrong.push(`${id}: ${result}`);
    return wrong;
  };
}

/** A command that only answers: the same answer, or an error. */
const checkAnswer: Scenario['check'] = (_folder, { code, stdout }, undisturbed) =>
  Promise.resolve(code === 0 && stdout !== undisturbed.stdout ? ['exit 0 with another answer'] : []);

async function prepareFinished(folder: string): Promise<void> {
  writeGrid(folder);
  await expectDone(cli(folder, ['run', 'grid.yaml']));
}

/** Killed when some trials are done and others are at work. */
async function prepareInterrupted(folder: string): Promise<void> {
  writeGrid(folder);
  const env = { SCALESWEEP_NOOP: JSON.stringify({ stepMs: 10 }) };
  const running = startCli(['run', 'grid.yaml'], { cwd: folder, env });
  await waitUntil('three trials are done', () => (storedResults(folder)?.size ?? 0) >= 3);
  running.child.kill('SIGKILL');
  await running.result;
}

async function expectDone(run: Promise<CliResult>): Promise<void> {
  const { code, stderr } = await run;
  if (code !== 0) throw new Error(`Expected a run to succeed, got exit ${code}: ${stderr}`);
}

const prepareData = (folder: string): Promise<void> => writeTinyFolder(path.join(folder, 'data'));

/** An orchestrator that nothing happens to, and a worker whose calls fail; a second worker finishes what it leaves. */
const runWorker: Scenario['run'] = async (folder, env) => {
  const redis = await startRedis();
  try {
    const sweep = startCli(['run', 'grid.yaml', '--redis', redis.url], { cwd: folder });
    const worker = (more: Readonly<Record<string, string>>) =>
      startCli(['worker', '--redis', redis.url, '--engine', 'noop', '--checkpoints', path.join(folder, 'shared')], {
        cwd: folder,
        env: more,
      });
    const disturbed = worker(env);
    const first = await Promise.race([sweep.result, disturbed.result.then(() => undefined)]);
    disturbed.child.kill('SIGTERM');
    const helper = first === undefined ? worker({}) : undefined;
    const ended = await sweep.result;
    helper?.child.kill('SIGTERM');
    await helper?.result;
    const result = await disturbed.result;
    // One that is leaving by itself has taken its handlers off: then the signal from here ends it.
    const signal = result.signal === 'SIGTERM' ? null : result.signal;
    // The sweep's own words, and the worker's end: exit 0 or 130 for one that was asked to stop.
    return {
      ...result,
      signal,
      code: result.code === 130 ? ended.code : result.code,
      stdout: ended.stdout,
      stderr: `${result.stderr}${ended.stderr}`,
    };
  } finally {
    await redis.close();
  }
};

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'plan',
    prepare: (folder) => Promise.resolve(writeGrid(folder)),
    run: command('plan', 'grid.yaml', '--json'),
    check: checkAnswer,
  },
  {
    name: 'run',
    prepare: (folder) => Promise.resolve(writeGrid(folder)),
    run: command('run', 'grid.yaml'),
    check: checkSweep(TRIALS, ['run', 'grid.yaml']),
  },
  {
    name: 'run, trained',
    prepare: async (folder) => {
      writeGrid(folder, TRAINED);
      await prepareData(folder);
    },
    run: command('run', 'grid.yaml'),
    check: checkSweep(2, ['run', 'grid.yaml']),
  },
  {
    name: 'resume',
    prepare: prepareInterrupted,
    run: command('resume'),
    check: checkSweep(TRIALS, ['run', 'grid.yaml']),
  },
  {
    name: 'worker',
    prepare: (folder) => Promise.resolve(writeGrid(folder)),
    run: runWorker,
    check: checkSweep(TRIALS, ['run', 'grid.yaml']),
  },
  { name: 'best', prepare: prepareFinished, run: command('best', '--json'), check: checkAnswer },
  {
    name: 'report',
    prepare: prepareFinished,
    run: command('report', '--out', 'page'),
    check: (folder, { code }) => {
      if (code !== 0) return Promise.resolve([]);
      const files = readdirSync(path.join(folder, 'page'));
      const page = readFileSync(path.join(folder, 'page', 'report.html'), 'utf8');
      return Promise.resolve([
        ...(page.trimEnd().endsWith('</html>') ? [] : ['exit 0 with half a page']),
        ...(files.some((name) => name.includes('making')) ? ['exit 0 with a file half made'] : []),
      ]);
    },
  },
  { name: 'export', prepare: prepareFinished, run: command('export', '--format', 'csv'), check: checkAnswer },
  {
    name: 'data fetch',
    prepare: prepareData,
    run: command('data', 'fetch', TINY_DATA.name),
    check: async (folder, { code }) => {
      writeGrid(folder, TRAINED);
      const { code: later, stderr } = await cli(folder, ['run', 'grid.yaml']);
      return later === 0
        ? []
        : [`fetch ended with ${code}; a run on the dataset afterwards with ${later}: ${stderr.slice(-500)}`];
    },
  },
];
