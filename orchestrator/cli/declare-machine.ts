import { Option, type Command } from 'commander';
import type { DoctorOptions } from '../commands/doctor.ts';
import type { TrainerCheckOptions } from '../commands/trainer-check.ts';
import type { Io } from './io.ts';
import type { Act } from './act.ts';
import { devices, positiveInteger } from './parsers.ts';
import { withJson, withStore, withTrainers, type JsonOption } from './shared-options.ts';

/** Commands about this machine. */
export function declareMachine(program: Command, io: Io, act: Act): void {
  const data = program.command('data').description('datasets');
  withJson(data.command('fetch'))
    .description('get a dataset into the cache, checked')
    .argument('<name>', 'for example fashion-mnist')
    .action((name: string, options: JsonOption) =>
      act(async () => (await import('../commands/data-fetch.ts')).dataFetch(name, options, io)),
    );

  const trainer = program.command('trainer').description('programs of your own that train');
  withTrainers(withJson(trainer.command('check')))
    .description("try the grid's trainer on its cheapest cell: protocol, stop, kill, resume, cost; nothing is stored")
    .argument('<grid>', 'a grid file with engine: {command: NAME}')
    .addOption(
      new Option('--device <name>', 'where to train: cpu, cuda:0 ...').argParser(devices).default(['cpu'], 'cpu'),
    )
    .option('--threads <n>', 'threads that it may use', positiveInteger, 1)
    .action((grid: string, options: TrainerCheckOptions) =>
      act(async () => (await import('../commands/trainer-check.ts')).trainerCheck(grid, options, io)),
    );

  withStore(program.command('doctor'))
    .description('what engines, datasets and tools this machine has, and how to fix what is missing')
    .option('--calibrate', 'measure how fast this machine trains, for predictions (a few seconds)')
    .action((options: DoctorOptions) => act(async () => (await import('../commands/doctor.ts')).doctor(options, io)));
}
