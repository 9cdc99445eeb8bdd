import type { Command } from 'commander';
import { costAxes } from '../../contract/index.ts';
import type { BestCommandOptions } from '../commands/best.ts';
import type { ExportCommandOptions } from '../commands/export.ts';
import type { ExportModelOptions } from '../commands/export-model.ts';
import type { FindingsCommandOptions } from '../commands/findings.ts';
import type { ImportCommandOptions } from '../commands/import.ts';
import type { IsoflopCommandOptions } from '../commands/isoflop.ts';
import type { ParetoCommandOptions } from '../commands/pareto.ts';
import type { ReportCommandOptions } from '../commands/report.ts';
import type { ExportFormat } from '../../results/index.ts';
import type { Io } from './io.ts';
import { amount, cellName, fraction, names, oneOf, positiveInteger, positiveNumber } from './parsers.ts';
import type { Act } from './act.ts';
import { withStore } from './shared-options.ts';

/** Written out, and checked against the type, so that `--help` need not load the store. */
const FORMATS = ['csv', 'json', 'parquet'] as const satisfies readonly ExportFormat[];

function withScope(command: Command): Command {
  return withStore(command)
    .option('--sweep <id>', 'only this sweep [all results on the dataset of the latest sweep]')
    .option('--where <conditions>', 'only these cells: width=1,depth>=50');
}

/** Commands that ask the store. */
export function declareAnswers(program: Command, io: Io, act: Act): void {
  withScope(program.command('best'))
    .description('the best cell under a budget, chosen on minival, with its interval and the cells within noise of it')
    .option('--max-flops <amount>', 'FLOPs of one forward pass', amount)
    .option('--max-train-flops <amount>', 'FLOPs of the whole training', amount)
    .option('--max-params <amount>', 'parameters', amount)
    .option('--max-step-ms <ms>', 'measured milliseconds of a training step', positiveNumber)
    .option('--max-memory <bytes>', 'predicted bytes of a training step', amount)
    .option(
      '--confirm <n>',
      'train this many fresh seeds of the best cell: what it is worth without the luck of the choice',
      positiveInteger,
    )
    .option('--out <file>', 'with --confirm: write the grid of these trials here [confirm.yaml, beside the store]')
    .action((options: BestCommandOptions) => act(async () => (await import('../commands/best.ts')).best(options, io)));

  withScope(program.command('pareto'))
    .description('the cells that no cheaper cell matches')
    .option('--axis <name>', costAxes.join(', '), oneOf(costAxes), 'flops')
    .action((options: ParetoCommandOptions) =>
      act(async () => (await import('../commands/pareto.ts')).pareto(options, io)),
    );

  withScope(program.command('isoflop'))
    .description('which depth, width and resolution are best at equal cost')
    .requiredOption('--flops <amount>', 'the cost to hold', amount)
    .option('--axis <name>', 'flops or trainFlops', oneOf(['flops', 'trainFlops'] as const), 'flops')
    .option('--tolerance <fraction>', 'cells within this fraction of the cost belong to the slice', fraction, 0.1)
    .action((options: IsoflopCommandOptions) =>
      act(async () => (await import('../commands/isoflop.ts')).isoflop(options, io)),
    );

  withScope(program.command('findings'))
    .description(
      'what the results say about scaling: effect, interval and verdict of each claim; and what to scale next',
    )
    .option('--question <names>', 'only these: depth-over-width,winner-flips [all]', names)
    .option(
      '--from <cell>',
      'scale from width=1,depth=14,resolution=20,epochs=30 [the best with bigger ones]',
      cellName,
    )
    .option('--max-flops <amount>', 'budget of the scaled cell: FLOPs of one forward pass', amount)
    .option('--max-train-flops <amount>', 'or FLOPs of the whole training', amount)
    .option('--max-params <amount>', 'or parameters', amount)
    .option('--max-step-ms <ms>', 'or measured milliseconds of a training step', positiveNumber)
    .option('--separate <id>', 'print the grid of the trials that would separate this finding; --json lists the ids')
    .option('--out <file>', 'with --separate: write the grid to this file')
    .option('--seed <n>', 'of the bootstrap', positiveInteger, 1)
    .option(
      '--smallest-effect <points>',
      'points of top-1 below which a difference does not matter',
      positiveNumber,
      0.1,
    )
    .action((options: FindingsCommandOptions) =>
      act(async () => (await import('../commands/findings.ts')).findings(options, io)),
    );

  withScope(program.command('report'))
    .description('one self-contained page with the figures, also as SVG and PNG')
    .option('--out <dir>', 'folder to write into [report, beside the store]')
    .action((options: ReportCommandOptions) =>
      act(async () => (await import('../commands/report.ts')).report(options, io)),
    );

  withScope(program.command('export'))
    .description('results, one row per finished trial')
    .option('--format <name>', `${FORMATS.join(', ')} [csv]`, oneOf(FORMATS))
    .option('--epochs', 'the learning curves instead: one row per trial and epoch')
    .option('--out <file>', 'write to this file [standard output]')
    .action((options: ExportCommandOptions) =>
      act(async () => (await import('../commands/export.ts')).exportResults(options, io)),
    );

  withStore(program.command('export-model'))
    .description('a trained network as an ONNX file, norms folded, with what it was trained on as metadata')
    .argument('<trial>', 'id or its beginning')
    .requiredOption('--out <file>', 'write to this file')
    .option('--checkpoints <dir>', 'where the worker kept its checkpoints [beside the store]')
    .action((trial: string, options: ExportModelOptions) =>
      act(async () => (await import('../commands/export-model.ts')).exportModel(trial, options, io)),
    );

  withStore(program.command('import'))
    .description('bring results trained elsewhere into the store as a sweep')
    .argument('<file>', 'a CSV file')
    .option('--dataset <name>', 'which dataset the accuracies are on [known of the published tables]')
    .option('--name <name>', 'of the sweep [of the file]')
    .option('--replace', 'of two values of a cell and seed keep the later, of the file before the store [refused]')
    .action((file: string, options: ImportCommandOptions) =>
      act(async () => (await import('../commands/import.ts')).importFile(file, options, io)),
    );
}
