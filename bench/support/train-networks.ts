import type { ModelSpec } from '../../contract/index.ts';

export interface BenchNetwork {
  readonly name: string;
  readonly spec: ModelSpec;
  /** Images per step. */
  readonly batch: number;
}

const common = { classes: 10, width: 1, zeroInitLastNorm: false, stemPool: 'none' } as const;

const plain: ModelSpec = {
  ...common,
  family: 'resnet-rs-small',
  depth: 20,
  resolution: 28,
  channels: 1,
  block: 'basic',
  baseWidth: 16,
  resnetD: false,
  seRatio: 0,
};

const small: ModelSpec = {
  ...plain,
  depth: 29,
  resolution: 32,
  channels: 3,
  block: 'bottleneck',
  resnetD: true,
  seRatio: 0.25,
};

const photographs: ModelSpec = {
  ...small,
  family: 'resnet-rs',
  depth: 50,
  resolution: 64,
  baseWidth: 64,
  stemPool: 'conv',
};

/** What a step is timed on: from a plain small network to one whose filters outweigh its images. */
export const networks: readonly BenchNetwork[] = [
  { name: 'resnet-20', spec: plain, batch: 128 },
  { name: 'rs-29 x0.5', spec: { ...small, width: 0.5 }, batch: 64 },
  { name: 'rs-29 x1', spec: small, batch: 64 },
  { name: 'rs-29 x2', spec: { ...small, width: 2 }, batch: 64 },
  { name: 'rs-50 at 64', spec: photographs, batch: 16 },
];
