import type { Command } from 'commander';
import { families } from '../../models/index.ts';
import type { CostOptions } from '../commands/cost.ts';
import type { PlanCommandOptions } from '../commands/plan.ts';
import type { Io } from './io.ts';
import { amount, engine, family, fraction, positiveInteger, positiveNumber } from './parsers.ts';
import type { Act } from './act.ts';
import { withJson, withTrainers } from './shared-options.ts';

/** Commands that only compute: nothing is written. */
export function declarePlanning(program: Command, io: Io, act: Act): void {
  withTrainers(withJson(program.command('plan')))
    .description('what a grid would train, what each trial costs, and what was cut by which rule')
    .argument('<grid>', 'a grid file')
    .option('--max-flops <amount>', 'cut cells whose forward pass costs more', amount)
    .option('--max-train-flops <amount>', 'cut trials whose training costs more', amount)
    .option('--device-flops <amount>', 'sustained FLOP/s of one device, for GPU-hours', amount)
    .option('--workers <n>', 'local workers, for the predicted time', positiveInteger)
    .option('--engine <name>', 'train with this engine instead of the one the grid names', engine)
    .option('--rows <n>', 'rows of the table', positiveInteger)
    .action((grid: string, options: PlanCommandOptions) =>
      act(async () => (await import('../commands/plan.ts')).plan(grid, options, io)),
    );

  withJson(program.command('cost'))
    .description('FLOPs, parameters, activations and memory of one network, by stage')
    .requiredOption(
      '--family <name>',
      families()
        .map(({ name }) => name)
        .join(' or '),
      family,
    )
    .requiredOption('--depth <n>', 'layers', positiveInteger)
    .option('--width <x>', 'multiplier of all channel counts', positiveNumber, 1)
    .requiredOption('--resolution <pixels>', 'side of the input image', positiveInteger)
    .option('--classes <n>', `classes [${inputs('classes')}]`, positiveInteger)
    .option('--channels <n>', `channels of the input [${inputs('channels')}]`, positiveInteger)
    .option('--se-ratio <x>', 'squeeze-and-excitation ratio [as the family has it]', fraction)
    .option('--batch <n>', 'images per step, for the memory', positiveInteger, 64)
    .action((options: CostOptions) => act(async () => (await import('../commands/cost.ts')).cost(options, io)));
}

/** What each family takes where nothing is said. */
function inputs(of: 'classes' | 'channels'): string {
  return families()
    .map(({ name, input }) => `${name}: ${input[of]}`)
    .join(', ');
}
