import { EXIT, formatAmount, type ModelSpec } from '../../contract/index.ts';
import { MODEL_DEFAULTS } from '../../grids/index.ts';
import { buildNetwork, networkCost, type StageCost } from '../../models/index.ts';
import { trainingMemory } from '../../compiler/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';
import { formatTable, type Column } from '../cli/table.ts';

export interface CostOptions extends JsonOption {
  readonly family: ModelSpec['family'];
  readonly depth: number;
  readonly width: number;
  readonly resolution: number;
  readonly classes?: number;
  readonly channels?: number;
  readonly seRatio?: number;
  /** Images per step. */
  readonly batch: number;
}

/** `scalesweep cost`: the cost of one network, read off its graph. */
export async function cost(options: CostOptions, io: Io): Promise<number> {
  const isSmall = options.family === 'resnet-rs-small';
  const spec: ModelSpec = {
    ...MODEL_DEFAULTS[options.family],
    family: options.family,
    depth: options.depth,
    width: options.width,
    resolution: options.resolution,
    classes: options.classes ?? (isSmall ? 10 : 1000),
    channels: options.channels ?? (isSmall ? 1 : 3),
    ...(options.seRatio === undefined ? {} : { seRatio: options.seRatio }),
  };
  const network = buildNetwork(spec);
  const { flops, params, activations, stages } = networkCost(network);
  const memoryBytes = trainingMemory(network, options.batch);
  if (options.json === true) {
    const { family, depth, width, resolution } = spec;
    printJson(io, {
      family,
      depth,
      width,
      resolution,
      flops,
      params,
      activations,
      memoryBytes,
      batch: options.batch,
      stages,
    });
    return EXIT.done;
  }
  io.out(formatTable([...stages, { stage: 'total', output: undefined, flops, params, activations }], COLUMNS));
  io.out(
    `\nFLOPs of one forward pass of one image, 1 multiply-add = 2. About ${formatAmount(memoryBytes)}B to train at batch ${options.batch}.`,
  );
  return EXIT.done;
}

type Row = Omit<StageCost, 'output'> & { readonly output: StageCost['output'] | undefined };

const COLUMNS: readonly Column<Row>[] = [
  { head: 'stage', value: ({ stage }) => stage, align: 'left' },
  { head: 'output', value: ({ output }) => output?.join(' x ') ?? '', align: 'left' },
  { head: 'FLOPs', value: ({ flops }) => formatAmount(flops) },
  { head: 'params', value: ({ params }) => formatAmount(params) },
  { head: 'activations', value: ({ activations }) => formatAmount(activations) },
];
