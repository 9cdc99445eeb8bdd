/** Published tables, known by their header: what their columns leave unsaid. Sources in results/published/README.md. */
import type { ImportedResult } from '../result-row.ts';
import { published, PUBLISHED_COLUMNS, type Column } from './columns.ts';

export interface Format {
  readonly name: string;
  /** All of the file's columns, in any order. */
  readonly header: readonly string[];
  readonly columns: ReadonlyMap<string, Column>;
  readonly dataset: string;
  readonly provenance: string;
  /** Images of one epoch, for train FLOPs. */
  readonly trainImages: number;
  /** Fields that no column holds. */
  readonly fixed: Partial<ImportedResult>;
  /** Standard error of the reading, from a row's cells by column name; `undefined` for an unknown quality. */
  readonly readingError: (row: Readonly<Record<string, string>>) => number | undefined;
}

/** ImageNet's training set less minival, 2 % of it as 25,022 images. */
const IMAGENET_TRAIN_IMAGES = 1_281_167 - 25_022;

/** A reading within +-bound points, anywhere in it alike: standard error of a uniform distribution, as a fraction. */
const uniform = (points: number): number => points / 100 / Math.sqrt(3);

/** +- points of top-1 by how the marker could be read. */
const QUALITY_BOUND: Readonly<Record<string, number>> = { a: 0.1, b: 0.3, c: 1, 3: 0.05 };

const PAPER = 'Bello et al. 2021, Revisiting ResNets (arXiv 2103.07579)';

const FORMATS: readonly Format[] = [
  {
    name: 'ResNet-RS, Figure 2',
    header: ['width', 'depth', 'resolution', 'epochs', 'top1_minival', 'quality', 'params_m', 'flops_b_2mac'],
    columns: PUBLISHED_COLUMNS,
    dataset: 'imagenet',
    provenance: `${PAPER}, Figure 2, digitised; minival`,
    trainImages: IMAGENET_TRAIN_IMAGES,
    fixed: {},
    readingError: (row) => {
      const bound = QUALITY_BOUND[row['quality'] ?? ''];
      return bound === undefined ? undefined : uniform(bound);
    },
  },
  {
    name: 'ResNet-RS, Figure 3',
    header: ['width', 'depth', 'resolution', 'epochs', 'top1_minival', 'tpu_step_s', 'params_m', 'flops_b_2mac'],
    columns: PUBLISHED_COLUMNS,
    dataset: 'imagenet',
    provenance: `${PAPER}, Figure 3, digitised; minival; step time on TPU`,
    trainImages: IMAGENET_TRAIN_IMAGES,
    fixed: {},
    // The panel of 350 epochs lands on tenths, the others are read to 0.02.
    readingError: (row) => uniform(Number(row['epochs']) === 350 ? 0.05 : 0.02),
  },
  {
    name: 'ResNet-RS, Table 7',
    header: [
      'model',
      'depth',
      'resolution',
      'params_m',
      'flops_b',
      'v100_s',
      'tpu_ms',
      'top1',
      'dropout',
      'stochastic_depth',
      'randaugment_magnitude',
    ],
    columns: new Map([
      ['params_m', PUBLISHED_COLUMNS.get('params_m')!],
      ['flops_b', PUBLISHED_COLUMNS.get('flops_b_2mac')!],
      ['tpu_ms', published('stepMs', 'positive', 1)],
      // The ImageNet validation set, which nobody trained on: never to be mixed with minival.
      ['top1', published('testTop1', 'fraction', 0.01)],
    ]),
    dataset: 'imagenet',
    provenance: `${PAPER}, Table 7; ImageNet validation set; step time on TPU`,
    trainImages: IMAGENET_TRAIN_IMAGES,
    fixed: { width: 1, epochs: 350 },
    readingError: () => 0,
  },
];

/** The published table that has exactly these columns. */
export function formatOf(header: readonly string[]): Format | undefined {
  const names = new Set(header);
  return FORMATS.find(
    (format) => format.header.length === names.size && format.header.every((name) => names.has(name)),
  );
}
