import { Option, type Command } from 'commander';
import type { WorkerOptions } from '../commands/worker.ts';
import type { Io } from './io.ts';
import { amount, devices, engine, positiveInteger, positiveNumber, redisAddress } from './parsers.ts';
import type { Act } from './act.ts';
import { withJson, withTrainers } from './shared-options.ts';

/** Commands for several machines. */
export function declareCluster(program: Command, io: Io, act: Act): void {
  withTrainers(withJson(program.command('worker')))
    .description('serve trials that `run --redis` hands out, on this machine, until stopped')
    .addOption(
      new Option('--redis <url>', 'redis://HOST:PORT, or rediss:// for TLS')
        .env('SCALESWEEP_REDIS')
        .argParser(redisAddress)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--devices <list>', 'cpu, cuda:0,cuda:1, webgpu:0 ...').argParser(devices).default(['cpu'], 'cpu'),
    )
    .option(
      '--concurrency <n>',
      'worker processes per device [a GPU one; cpu one per --threads cores]',
      positiveInteger,
    )
    .option('--threads <n>', 'threads that each worker process computes with', positiveInteger, 1)
    .addOption(new Option('--engine <name>', 'serves trials of this engine').argParser(engine).default('onnx'))
    .option('--checkpoints <dir>', 'a folder that all machines share [checkpoints travel through Redis]')
    .addOption(
      new Option('--checkpoint-cap <amount>', 'bytes of a checkpoint that may travel through Redis')
        .argParser(amount)
        .default(64e6, '64M'),
    )
    .option('--outbox <dir>', 'where results wait until they are stored [.scalesweep/outbox]')
    .addOption(
      new Option('--beat <seconds>', 'between two heartbeats; a sixth of the lease')
        .argParser(positiveNumber)
        .default(5),
    )
    .action((options: WorkerOptions) => act(async () => (await import('../commands/worker.ts')).worker(options, io)));
}

/** Options of the commands that hand trials out. */
export function withRedis(command: Command): Command {
  return command
    .option('--redis <url>', 'hand the trials to workers on other machines, through this Redis', redisAddress)
    .addOption(
      new Option('--lease <seconds>', 'with --redis: without a heartbeat, a worker is taken to be lost after this time')
        .argParser(positiveNumber)
        .default(30),
    )
    .addOption(
      new Option(
        '--ahead <n>',
        'with --redis: trials queued for each device, so that workers continue while this command is away',
      )
        .argParser(positiveInteger)
        .default(1),
    );
}
