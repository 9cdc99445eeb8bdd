/** The operations: one file each, one line each in `OpTypes` and in `ops`. */
import { activation, type Activation } from './activation.ts';
import { add, type Add } from './add.ts';
import { avgPool, type AvgPool } from './avg-pool.ts';
import { channelScale, type ChannelScale } from './channel-scale.ts';
import { conv, type Conv } from './conv.ts';
import type { OpDefinition } from './definition.ts';
import { dense, type Dense } from './dense.ts';
import { dropPath, type DropPath } from './drop-path.ts';
import { dropout, type Dropout } from './dropout.ts';
import { globalPool, type GlobalPool } from './global-pool.ts';
import { input, type Input } from './input.ts';
import { maxPool, type MaxPool } from './max-pool.ts';
import { norm, type Norm } from './norm.ts';

interface OpTypes {
  readonly input: Input;
  readonly conv: Conv;
  readonly norm: Norm;
  readonly activation: Activation;
  readonly add: Add;
  readonly 'channel-scale': ChannelScale;
  readonly 'max-pool': MaxPool;
  readonly 'avg-pool': AvgPool;
  readonly 'global-pool': GlobalPool;
  readonly dropout: Dropout;
  readonly 'drop-path': DropPath;
  readonly dense: Dense;
}

export type OpKind = keyof OpTypes;
export type OpOf<K extends OpKind> = OpTypes[K];
export type Op = OpTypes[OpKind];

export const ops: { readonly [K in OpKind]: OpDefinition<OpOf<K>> } = {
  input,
  conv,
  norm,
  activation,
  add,
  'channel-scale': channelScale,
  'max-pool': maxPool,
  'avg-pool': avgPool,
  'global-pool': globalPool,
  dropout,
  'drop-path': dropPath,
  dense,
};

/** The definition of an operation that may be of any kind. */
export function definitionOf<O extends Op>({ kind }: O): OpDefinition<O> {
  // The lookup is by the operation's own kind.
  return ops[kind] as unknown as OpDefinition<O>;
}
