import type { Command } from 'commander';
import type { DoctorOptions } from '../commands/doctor.ts';
import type { Io } from './io.ts';
import type { Act } from './act.ts';
import { withJson, withStore, type JsonOption } from './shared-options.ts';

/** Commands about this machine. */
export function declareMachine(program: Command, io: Io, act: Act): void {
  const data = program.command('data').description('datasets');
  withJson(data.command('fetch'))
    .description('get a dataset into the cache, checked')
    .argument('<name>', 'for example fashion-mnist')
    .action((name: string, options: JsonOption) =>
      act(async () => (await import('../commands/data-fetch.ts')).dataFetch(name, options, io)),
    );

  withStore(program.command('doctor'))
    .description('what engines, datasets and tools this machine has, and how to fix what is missing')
    .option('--calibrate', 'measure how fast this machine trains, for predictions (a few seconds)')
    .action((options: DoctorOptions) => act(async () => (await import('../commands/doctor.ts')).doctor(options, io)));
}
