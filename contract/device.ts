import { closest } from 'fastest-levenshtein';

const deviceKinds = ['cpu', 'cuda', 'webgpu'] as const;
type DeviceKind = (typeof deviceKinds)[number];

/** Where a trial is trained. There is one CPU; GPUs are numbered from 0. */
export interface Device {
  readonly kind: DeviceKind;
  readonly index: number;
}

/** Reads `cpu`, `cuda:1`, `webgpu:0`: a name and a number, never a path or a program. `undefined` for anything else. */
export function parseDevice(text: string): Device | undefined {
  const [, kind, index] = /^(cpu|cuda|webgpu)(?::(\d{1,3}))?$/.exec(text) ?? [];
  if (kind === undefined || (kind === 'cpu') !== (index === undefined)) return undefined;
  return { kind: kind as DeviceKind, index: Number(index ?? 0) };
}

/** The device that was probably meant, for an error message: `cuda:1` for `cuda1`, `nvidia:1` and `gpu:1`. */
export function nearestDevice(text: string): string {
  const word = text.toLowerCase().replace(/[^a-z]/g, '');
  const number = /\d{1,3}/.exec(text)?.[0];
  const known = MEANT_BY.find(([names]) => names.includes(word))?.[1];
  // Only GPUs are numbered.
  const kind = known ?? closest(word, number === undefined ? [...deviceKinds] : ['cuda', 'webgpu']);
  return kind === 'cpu' ? kind : `${kind}:${Number(number ?? 0)}`;
}

/** Names from other tools, which the nearest spelling would get wrong. */
const MEANT_BY: readonly (readonly [readonly string[], DeviceKind])[] = [
  [['cpu', 'cpus'], 'cpu'],
  [['gpu', 'nvidia', 'nv', 'cudnn'], 'cuda'],
  [['vulkan', 'metal', 'mps', 'dml', 'directml', 'd', 'rocm', 'xpu', 'amd', 'intel', 'wgpu'], 'webgpu'],
];
