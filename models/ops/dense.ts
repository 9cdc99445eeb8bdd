import { biasOf } from '../param.ts';
import { sizeOf } from '../shape.ts';
import type { OpDefinition } from './definition.ts';

/** A linear map of all values of an image: the classifier. */
export interface Dense {
  readonly kind: 'dense';
  readonly units: number;
}

export const dense: OpDefinition<Dense> = {
  shape: ({ units }, [x]) => ({ channels: units, spatial: x!.spatial.map(() => 1) }),
  params: ({ units }, name, [x]) => [
    // 0.01: the classifier of the released code starts at this deviation.
    { name: `${name}.weight`, shape: [units, sizeOf(x!)], init: { kind: 'normal', std: 0.01 }, decays: true },
    biasOf(name, units),
  ],
  flops: ({ units }, [x]) => 2 * units * sizeOf(x!),
  workload: ({ units }, [x]) => ({ pointMultiplications: units * sizeOf(x!.shape) }),
};
