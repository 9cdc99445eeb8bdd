/** Costs that a trainer prints itself, for networks that are not the built-in family's. */
import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { isOwnModel, messageOf, ScalesweepError, type TrainerSpec, type TrialSpec } from '../../../contract/index.ts';
import { builtInCost, costKey, distinctNetworks, type CostOrReason, type Grid } from '../../../grids/index.ts';
import { costEnvironment, fillIn, requireAllowed, settingsOf } from '../../../worker/index.ts';
import type { Overrides } from './overrides.ts';
import { allowedTrainers, type TrainerOptions } from '../trainers.ts';

/** To answer for all networks of a grid: PyTorch alone takes seconds to load. */
const ANSWER_MS = 120_000;
const MOST_BYTES = 64 * 2 ** 20;

const amount = z.int().min(0);
const answer = z.union([
  z.object({ flops: amount, params: amount, activations: amount.optional(), memoryBytes: amount.optional() }),
  z.object({ cannot: z.string().min(1).max(1000) }),
]);

/**
 * The grid with the costs that its trainer prints, where it asks for them: the program is started once, reads all
 * distinct networks, and answers with a line for each.
 *
 * @throws {ScalesweepError} `DEVICE_UNAVAILABLE` where the program is not allowed here, `TRAINER_FAILED` for anything but answers.
 */
export function withTrainerCosts(grid: Grid, options: TrainerOptions & Pick<Overrides, 'engine'>): Grid {
  const { trainer } = grid;
  if (!grid.ownCost || trainer === undefined || (options.engine ?? grid.engine) !== 'command') return grid;
  const { run } = requireAllowed(allowedTrainers(options), trainer.name);
  const specs = distinctNetworks(grid);
  // What the program makes of its arguments is ready for numbers: those of one network stand for all.
  const args = specs.length === 0 ? trainer.arguments : fillIn(trainer.arguments, settingsOf(specs[0]!));
  const answers = ask([...run, ...args], trainer, specs);
  requireNamedCosts(grid, answers, trainer.name);
  const costs = new Map(specs.map((spec, i) => [costKey(spec), costFrom(answers[i]!, spec)]));
  return { ...grid, costOf: (spec) => costs.get(costKey(spec))! };
}

/** A constraint over a cost that no one says would cut at random. */
function requireNamedCosts({ program }: Grid, answers: readonly z.infer<typeof answer>[], name: string): void {
  if (program.own === undefined) return;
  for (const cost of ['activations', 'memoryBytes'] as const) {
    const constraint = program.constraints.find(({ names }) => names.has(cost));
    if (constraint !== undefined && answers.some((each) => 'flops' in each && each[cost] === undefined))
      throw failed(name, `no \`${cost}\`, which the constraint \`${constraint.text}\` needs`);
  }
}

function ask(argv: readonly string[], { name }: TrainerSpec, specs: readonly TrialSpec[]): z.infer<typeof answer>[] {
  const [file, ...args] = argv;
  const { stdout, stderr, status, error } = spawnSync(file!, args, {
    input: specs.map(({ model, recipe }) => `${JSON.stringify({ model, recipe })}\n`).join(''),
    encoding: 'utf8',
    env: costEnvironment(process.env),
    timeout: ANSWER_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_BYTES,
  });
  // One that ends without reading all of its input is judged by what it said.
  if (error !== undefined && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw failed(name, messageOf(error));
  if (status !== 0) throw failed(name, `exit code ${status}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  if (lines.length !== specs.length) throw failed(name, `${lines.length} lines for ${specs.length} networks`);
  return lines.map((line, i) => {
    let json: unknown;
    try {
      // Takes a byte-order mark off as well.
      json = JSON.parse(line.trim());
    } catch {
      throw failed(name, `line ${i + 1}: ${line.slice(0, 200)}`);
    }
    const parsed = answer.safeParse(json);
    if (!parsed.success) throw failed(name, `line ${i + 1}: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}`);
    return parsed.data;
  });
}

/** What the program leaves out is the built-in family's, and of its own families unknown; train FLOPs follow from the trial. */
function costFrom(answered: z.infer<typeof answer>, spec: TrialSpec): CostOrReason {
  if ('cannot' in answered) return { reason: answered.cannot };
  const { flops, params, activations, memoryBytes } = answered;
  if (isOwnModel(spec.model) || (activations !== undefined && memoryBytes !== undefined))
    return {
      cost: { flops, params, activations: activations ?? null, memoryBytes: memoryBytes ?? null, trainFlops: 0 },
    };
  const family = builtInCost(spec);
  if ('reason' in family) return family;
  const { cost } = family;
  return {
    cost: {
      ...cost,
      flops,
      params,
      activations: activations ?? cost.activations,
      memoryBytes: memoryBytes ?? cost.memoryBytes,
    },
  };
}

function failed(name: string, got: string): ScalesweepError {
  return new ScalesweepError(
    'TRAINER_FAILED',
    `Expected of trainer ${name} the cost of each network, a JSON object a line on standard output, got ${got}`,
    { hint: 'docs/trainers.md, "What it costs"; without `ownCost` the plan goes by the built-in family.' },
  );
}
