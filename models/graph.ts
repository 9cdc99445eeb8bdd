/**
 * A network as a list of typed nodes with shapes. Cost, training, evaluation and export are all read off this list, so
 * that they cannot disagree. Shapes are of one image: [channels, height, width]; the batch is the lowering's affair.
 */

/** [channels, height, width]. */
export type Shape = readonly [number, number, number];

export type Op =
  | { readonly kind: 'input' }
  /** `groups` is always 1: the family has no grouped convolution. Padding is (kernel - 1) / 2 on every side. */
  | { readonly kind: 'conv'; readonly kernel: number; readonly stride: number; readonly bias: boolean }
  /** Batch normalisation with learned scale and shift. */
  | { readonly kind: 'norm' }
  | { readonly kind: 'relu' }
  | { readonly kind: 'sigmoid' }
  | { readonly kind: 'add' }
  /** Multiplies [C, H, W] by a gate of shape [C, 1, 1]. */
  | { readonly kind: 'gate' }
  /** 3x3, stride 2, padding 1. */
  | { readonly kind: 'max-pool' }
  /** 2x2, stride 2; an odd last row or column is averaged over what is there. */
  | { readonly kind: 'avg-pool' }
  /** [C, H, W] -> [C, 1, 1]. */
  | { readonly kind: 'global-pool' }
  /** Drops single values at the recipe's dropout rate. */
  | { readonly kind: 'dropout' }
  /** Drops the whole branch of a sample at `share` x the recipe's stochastic-depth rate. */
  | { readonly kind: 'drop-path'; readonly share: number }
  | { readonly kind: 'dense' };

export type OpKind = Op['kind'];

/** What a `norm` adds to the variance, as in the released code and in PyTorch. */
export const NORM_EPSILON = 1e-5;

/** How a parameter starts. */
export type Init =
  /** Normal with variance 2 / fan-out (He et al. 2015), as the ResNet code initialises convolutions. */
  | { readonly kind: 'he-normal'; readonly fanOut: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'constant'; readonly value: number };

export interface Param {
  /** Unique in the network: `c2.0.conv1.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: Init;
  /** Whether weight decay applies: not to norms and biases. */
  readonly decays: boolean;
}

export interface Node {
  readonly id: number;
  /** `c3.0.conv2` */
  readonly name: string;
  /** `stem`, `c2` ... `c5`, `head`: what the cost is summed by. */
  readonly stage: string;
  readonly op: Op;
  /** Ids of the nodes it reads; always smaller than its own. */
  readonly inputs: readonly number[];
  /** Of the output, one image. */
  readonly shape: Shape;
  readonly params: readonly Param[];
}

export interface Network {
  readonly nodes: readonly Node[];
  readonly classes: number;
}

export function elements(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
