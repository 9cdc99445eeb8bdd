/** How a parameter starts. */
export type Init =
  /** Normal with variance 2 / fan-out (He et al. 2015), as the ResNet code initialises convolutions. */
  | { readonly kind: 'he-normal'; readonly fanOut: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'constant'; readonly value: number };

/** A learned tensor. */
export interface Param {
  /** Unique in the network: `c2.0.conv1.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: Init;
  /** Whether weight decay applies: not to norms and biases. */
  readonly decays: boolean;
}

export function biasOf(name: string, size: number): Param {
  return { name: `${name}.bias`, shape: [size], init: { kind: 'constant', value: 0 }, decays: false };
}

/** A running statistic. */
export type Stat = Pick<Param, 'name' | 'shape'>;
