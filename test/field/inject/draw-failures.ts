import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pLimit from 'p-limit';
import { random } from '../../../contract/index.ts';
import { started, type CliResult } from '../../orchestrator/support/cli.ts';
import { CALL_KINDS, describeFailure, type Failure } from './call-kinds.ts';
import { compileInjector, injecting, readCounts } from './preload.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

/** A run that takes longer than this hangs, ms: undisturbed ones take seconds. */
const HANGS_MS = 120_000;

/** What a failing call may never bring about. */
export interface Wrong {
  readonly scenario: string;
  readonly failure: string;
  readonly what: string;
}

export interface DrawOptions {
  readonly count: number;
  readonly seed: number;
  /** Of scenarios; all of them where left out. */
  readonly only?: readonly string[];
  readonly onDraw?: (done: number, wrong: readonly Wrong[]) => void;
}

/** Runs commands with one failing system call each, drawn by seed among those that the command makes. */
export async function drawFailures({ count, seed, only, onDraw }: DrawOptions): Promise<Wrong[]> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-inject-'));
  const wrong: Wrong[] = [];
  try {
    const library = compileInjector(root);
    const scenarios = SCENARIOS.filter(({ name }) => only?.includes(name) ?? true);
    const ready: Ready[] = [];
    for (const scenario of scenarios) ready.push(await makeReady(scenario, root, library));
    const draw = random(seed, 'failing calls');
    const cases = Array.from({ length: count }, (_, at) => {
      const from = ready[at % ready.length]!;
      const kinds = from.counts.flatMap((calls, kind) => (calls > 0 ? [kind] : []));
      const kind = kinds[draw.below(kinds.length)]!;
      const errors = Object.keys(CALL_KINDS[kind]!.errors);
      const failure = { kind, at: 1 + draw.below(from.counts[kind]!), error: errors[draw.below(errors.length)]! };
      return { from, failure, at };
    });
    const limit = pLimit(2);
    let done = 0;
    await limit.map(cases, async ({ from, failure, at }) => {
      const found = await tryFailure(from, failure, path.join(root, `draw-${at}`), library);
      for (const what of found) wrong.push({ scenario: from.scenario.name, failure: describeFailure(failure), what });
      onDraw?.(++done, wrong);
    });
    return wrong;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

interface Ready {
  readonly scenario: Scenario;
  readonly template: string;
  readonly undisturbed: CliResult;
  /** Calls by kind of an undisturbed run. */
  readonly counts: readonly number[];
}

async function makeReady(scenario: Scenario, root: string, library: string): Promise<Ready> {
  const template = path.join(root, `template-${SCENARIOS.indexOf(scenario)}`);
  mkdirSync(template);
  await scenario.prepare(template);
  const folder = `${template}-counted`;
  cpSync(template, folder, { recursive: true });
  const counts = `${folder}.counts`;
  const undisturbed = await scenario.run(folder, injecting(library, folder, counts));
  if (undisturbed.code !== 0)
    throw new Error(`${scenario.name}, undisturbed: exit ${undisturbed.code}: ${undisturbed.stderr}`);
  const wrong = await scenario.check(folder, undisturbed, undisturbed);
  if (wrong.length > 0) throw new Error(`${scenario.name}, undisturbed: ${wrong.join('; ')}`);
  return { scenario, template, undisturbed, counts: readCounts(counts) };
}

async function tryFailure(
  { scenario, template, undisturbed }: Ready,
  failure: Failure,
  folder: string,
  library: string,
): Promise<string[]> {
  cpSync(template, folder, { recursive: true });
  const counts = `${folder}.counts`;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, HANGS_MS, undefined)));
  try {
    const result = await Promise.race([scenario.run(folder, injecting(library, folder, counts, failure)), late]);
    if (result === undefined) {
      for (const child of started) if (child.spawnargs.length > 0) child.kill('SIGKILL');
      return ['hangs'];
    }
    const { code, signal, stderr } = result;
    const bug =
      code === 1 || stderr.includes('This is a bug') || signal !== null || /^ {4}at .*\.(?:js|ts):\d+/m.test(stderr);
    const found = bug ? [`ends as a bug (exit ${code ?? signal}): ${stderr.slice(-1500)}`] : [];
    return [...found, ...(await scenario.check(folder, result, undisturbed))];
  } catch (error) {
    return [`the check failed: ${String(error)}`];
  } finally {
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
    rmSync(counts, { force: true });
  }
}
