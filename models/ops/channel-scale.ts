import { keepsOutput, pointwise, sameShape, type OpDefinition } from './definition.ts';

/** Multiplies each channel of the first input by a value of the second, which has one position: squeeze-and-excitation. */
export interface ChannelScale {
  readonly kind: 'channel-scale';
}

export const channelScale: OpDefinition<ChannelScale> = {
  shape: sameShape,
  workload: pointwise,
  kept: keepsOutput,
};
