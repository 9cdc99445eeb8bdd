import { EXIT, formatAmount, ScalesweepError, type ModelSpec } from '../../contract/index.ts';
import { buildNetwork, familyOf, networkCost, type StageCost } from '../../models/index.ts';
import { trainingMemory } from '../../compiler/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';
import { formatTable, type Column } from '../cli/table.ts';

export interface CostOptions extends JsonOption {
  readonly family: string;
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
  const { name: family, defaults, input } = familyOf(options.family);
  if (options.seRatio !== undefined && !Object.hasOwn(defaults, 'seRatio')) {
    throw new ScalesweepError('USAGE', `Expected no --se-ratio, which the family ${family} does not have, got one`);
  }
  const spec: ModelSpec = {
    ...defaults,
    family,
    depth: options.depth,
    width: options.width,
    resolution: options.resolution,
    classes: options.classes ?? input.classes,
    channels: options.channels ?? input.channels,
    ...(options.seRatio === undefined ? {} : { seRatio: options.seRatio }),
  };
  const network = buildNetwork(spec);
  const { flops, params, activations, stages } = networkCost(network);
  const memoryBytes = trainingMemory(network, options.batch);
  if (options.json === true) {
    const { depth, width, resolution } = spec;
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
