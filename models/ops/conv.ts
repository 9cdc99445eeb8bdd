import { biasOf, type Param } from '../param.ts';
import { elements, sizeOf } from '../shape.ts';
import { keepsOutput, type OpDefinition } from './definition.ts';

/** Convolution over any number of spatial axes; padding is (kernel - 1) / 2 on both sides of each. */
export interface Conv {
  readonly kind: 'conv';
  readonly filters: number;
  /** Odd, per spatial axis. */
  readonly kernel: readonly number[];
  /** Per spatial axis. */
  readonly stride: readonly number[];
  /** Divides the channels and the filters; as many as channels: a depthwise convolution. */
  readonly groups: number;
  readonly bias: boolean;
}

export const conv: OpDefinition<Conv> = {
  shape(op, [x]) {
    const { filters, kernel, stride, groups } = op;
    const { channels, spatial } = x!;
    if (kernel.length !== spatial.length || stride.length !== spatial.length)
      throw new RangeError(
        `Expected a kernel and a stride for ${spatial.length} axes, got ${kernel.length} and ${stride.length}`,
      );
    if (kernel.some((side) => side % 2 === 0))
      throw new RangeError(`Expected an odd kernel, got ${kernel.join(' x ')}`);
    if (channels % groups !== 0 || filters % groups !== 0)
      throw new RangeError(`Expected groups that divide ${channels} channels and ${filters} filters, got ${groups}`);
    return { channels: filters, spatial: spatial.map((side, axis) => Math.ceil(side / stride[axis]!)) };
  },
  params({ filters, kernel, groups, bias }, name, [x]) {
    const weight: Param = {
      name: `${name}.weight`,
      shape: [filters, x!.channels / groups, ...kernel],
      init: { kind: 'he-normal', fanOut: (elements(kernel) * filters) / groups },
      decays: true,
    };
    return bias ? [weight, biasOf(name, filters)] : [weight];
  },
  flops: ({ kernel, groups }, [x], output) => (2 * sizeOf(output) * x!.channels * elements(kernel)) / groups,
  activations: (_op, output) => sizeOf(output),
  workload({ kernel, groups }, [x], output) {
    const multiplications = (elements(kernel) * x!.packed * x!.channels * output.size) / groups;
    const traffic = x!.size + output.size;
    return elements(kernel) > 1
      ? { wideMultiplications: multiplications, wideTraffic: traffic }
      : { pointMultiplications: multiplications, pointTraffic: traffic };
  },
  kept: keepsOutput,
};
