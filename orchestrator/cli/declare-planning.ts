import type { Command } from 'commander';
import { families } from '../../models/index.ts';
import type { CostOptions } from '../commands/cost.ts';
import type { InitOptions } from '../commands/init.ts';
import type { PlanCommandOptions } from '../commands/plan.ts';
import type { Io } from './io.ts';
import { amount, devices, engine, family, fraction, positiveInteger, positiveNumber, trainerName } from './parsers.ts';
import type { Act } from './act.ts';
import { withJson, withStore, withTrainers, type JsonOption } from './shared-options.ts';

/** Commands that only compute: nothing is written. */
export function declarePlanning(program: Command, io: Io, act: Act): void {
  withTrainers(withStore(program.command('plan')))
    .description(
      'what a grid would train, what of it is trained already, what each trial costs, and what was cut by which rule',
    )
    .argument('<grid>', 'a grid file')
    .option('--max-flops <amount>', 'cut cells whose forward pass costs more', amount)
    .option('--max-train-flops <amount>', 'cut trials whose training costs more', amount)
    .option('--device-flops <amount>', 'sustained FLOP/s of one device: predicts GPU-hours and time by it', amount)
    .option('--workers <n>', 'workers, or with --device-flops devices, for the predicted time', positiveInteger)
    .option('--devices <list>', 'where it would be trained: cpu, cuda:0,cuda:1, webgpu:0 ... [cpu]', devices)
    .option('--threads <n>', 'threads that each worker process computes with', positiveInteger, 1)
    .option('--engine <name>', 'train with this engine instead of the one the grid names', engine)
    .option('--rows <n>', 'rows of the table', positiveInteger)
    .action((grid: string, options: PlanCommandOptions) =>
      act(async () => (await import('../commands/plan.ts')).plan(grid, options, io)),
    );

  withJson(program.command('init'))
    .description('write a commented grid to begin with, for a dataset, a family or a trainer of your own')
    .argument('[file]', 'the grid file to write; one that is there is kept', 'grid.yaml')
    .option(
      '--data <name>',
      'fashion-mnist, cifar-10, imagenet, photographs that were fetched, or another',
      'fashion-mnist',
    )
    .option('--family <name>', 'family of networks [resnet-rs-small; resnet-rs on imagenet]', family)
    .option('--trainer <name>', 'of a trainer of your own (docs/trainers.md)', trainerName)
    .option('--images <n>', 'training images, of a dataset that the program does not know', positiveInteger)
    .option('--classes <n>', 'its classes', positiveInteger)
    .option('--channels <n>', 'its channels, 1 or 3 [3]', positiveInteger)
    .option('--resolution <pixels>', 'largest side to train on [by the dataset]', positiveInteger)
    .action((file: string, options: InitOptions) =>
      act(async () => (await import('../commands/init.ts')).init(file, options, io)),
    );

  const grid = program.command('grid').description('the settings of grids');
  withJson(grid.command('keys'))
    .description('every setting of a grid: what it takes, its default, its unit')
    .argument('[key]', 'a key or a section, such as recipe or batchSize [all]')
    .action((key: string | undefined, options: JsonOption) =>
      act(async () => (await import('../commands/grid-keys.ts')).printGridKeys(key, options, io)),
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
