import type { ResnetSpec } from '../resnet/settings.ts';

const plain: ResnetSpec = {
  family: 'resnet-rs-small',
  depth: 8,
  width: 1,
  resolution: 24,
  channels: 1,
  classes: 10,
  block: 'basic',
  baseWidth: 16,
  resnetD: false,
  stemPool: 'none',
  seRatio: 0,
  zeroInitLastNorm: false,
};

/**
 * Networks that between them tell the operation classes apart: few and many nodes with nothing in them, narrow and large
 * images, wide and small ones, narrow and small ones, bottlenecks, squeeze-and-excitation. The most telling come first: a
 * machine that is too slow for all measures the first.
 */
export const probes: readonly ResnetSpec[] = [
  plain,
  { ...plain, resolution: 4, depth: 14 },
  { ...plain, baseWidth: 64, resolution: 8 },
  { ...plain, block: 'bottleneck', depth: 11, resolution: 16 },
  { ...plain, baseWidth: 8 },
  { ...plain, resolution: 4 },
  { ...plain, baseWidth: 32, resolution: 12 },
  { ...plain, baseWidth: 8, depth: 14, resolution: 14 },
  { ...plain, resolution: 16, seRatio: 0.25, resnetD: true },
  { ...plain, block: 'bottleneck', depth: 11, baseWidth: 32, resolution: 8 },
];
