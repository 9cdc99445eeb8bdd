import { Option, type Command } from 'commander';
import type { LogsOptions } from '../commands/logs.ts';
import type { RunOptions } from '../commands/run.ts';
import type { StatusOptions } from '../commands/status.ts';
import type { TrainSweepOptions } from '../launch/train/train-sweep.ts';
import type { StoreOptions } from './shared-options.ts';
import { withRedis } from './declare-cluster.ts';
import type { Io } from './io.ts';
import { amount, devices, engine, positiveInteger, redisAddress } from './parsers.ts';
import type { Act } from './act.ts';
import { withStore, withTrainers } from './shared-options.ts';

/** Commands that launch and steer sweeps. */
export function declareSweeps(program: Command, io: Io, act: Act): void {
  withTrainers(withRedis(withStore(program.command('run'))))
    .description('plan a grid, train what is not trained yet, and report; running it again continues where it stopped')
    .argument('<grid>', 'a grid file')
    .addOption(devicesHere())
    .option('--workers <n>', 'worker processes per device [a GPU one; cpu one per --threads cores]', positiveInteger)
    .option('--threads <n>', 'threads that each worker process computes with', positiveInteger, 1)
    .option('--max-flops <amount>', 'cut cells whose forward pass costs more', amount)
    .option('--max-train-flops <amount>', 'cut trials whose training costs more', amount)
    .option('--engine <name>', 'train with this engine instead of the one the grid names', engine)
    .option('--dry-run', 'stop after the plan; nothing is written')
    .option('--keep-going', 'train on where the first three trials all fail by one cause [halts, exit code 3]')
    .option('--out <dir>', 'folder of the report')
    .action((grid: string, options: RunOptions) =>
      act(async () => (await import('../commands/run.ts')).run(grid, options, io)),
    );

  withTrainers(withRedis(withStore(program.command('resume'))))
    .description('continue an interrupted sweep')
    .argument('[sweep]', 'id or its beginning [the latest]')
    .addOption(devicesHere())
    .option('--workers <n>', 'worker processes per device [a GPU one; cpu one per --threads cores]', positiveInteger)
    .option('--threads <n>', 'threads that each worker process computes with', positiveInteger, 1)
    .option('--keep-going', 'train on where the first three trials all fail by one cause [halts, exit code 3]')
    .option('--out <dir>', 'folder of the report')
    .action((sweep: string | undefined, options: TrainSweepOptions) =>
      act(async () => (await import('../commands/resume.ts')).resume(sweep, options, io)),
    );

  withStore(program.command('status'))
    .description('trials by state, workers, time left, failures by cause')
    .argument('[sweep]', 'id or its beginning [the latest]')
    .option('--redis <url>', 'ask this Redis for workers and queues; no store is needed', redisAddress)
    .action((sweep: string | undefined, options: StatusOptions) =>
      act(async () => (await import('../commands/status.ts')).status(sweep, options, io)),
    );

  withStore(program.command('sweeps'))
    .description('the sweeps of the store, the one that ran last first')
    .action((options: StoreOptions) => act(async () => (await import('../commands/sweeps.ts')).sweeps(options, io)));

  withStore(program.command('show'))
    .description('one trial: its cell, result, attempts with their messages, and learning curve')
    .argument('<trial>', 'id or its beginning')
    .action((trial: string, options: StoreOptions) =>
      act(async () => (await import('../commands/show.ts')).show(trial, options, io)),
    );

  withStore(program.command('curves'))
    .description('minival top-1 epoch by epoch, of each trial of a sweep or of one trial')
    .argument('[sweep|trial]', 'id or its beginning [the latest sweep]')
    .action((id: string | undefined, options: StoreOptions) =>
      act(async () => (await import('../commands/curves.ts')).curves(id, options, io)),
    );

  withStore(program.command('logs'))
    .description('what the trainer of a trial printed, where a trainer of your own trained it on this machine')
    .argument('<trial>', 'id or its beginning')
    .option('--lines <n>', 'only the last lines', positiveInteger)
    .action((trial: string, options: LogsOptions) =>
      act(async () => (await import('../commands/logs.ts')).logs(trial, options, io)),
    );

  const steering = [
    ['pause', 'let workers save their state and stop; `resume` continues'],
    ['cancel', 'stop for good; what is finished stays'],
    ['retry', 'queue the failed trials again'],
  ] as const;
  for (const [name, description] of steering) {
    withStore(program.command(name))
      .description(description)
      .argument('[sweep]', 'id or its beginning [the latest]')
      .action((sweep: string | undefined, options: StoreOptions) =>
        act(async () => (await import('../commands/steer.ts')).steer(name, sweep, options, io)),
      );
  }
}

/** Not with --redis: workers on other machines get their devices when they are started. */
function devicesHere(): Option {
  return new Option('--devices <list>', 'where to train: cpu, cuda:0,cuda:1, webgpu:0 ... [cpu]')
    .argParser(devices)
    .conflicts('redis');
}
