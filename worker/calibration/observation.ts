import { z } from 'zod';
import { modelSpec } from '../../models/index.ts';

const seconds = z.number().positive();

/** One network, timed: what a training step and an evaluated batch took. */
export const observation = z.strictObject({
  model: modelSpec,
  /** Images per training step. */
  batch: z.int().min(1),
  /** Channels kept together by the layout it ran in; 1 is the plain one. */
  block: z.int().min(1),
  stepSeconds: seconds,
  /** Of a batch of {@link evaluationBatch} images; `null` where it was not timed. */
  evaluationSeconds: seconds.nullable(),
});
export type Observation = z.infer<typeof observation>;

/** Seconds to assemble one pixel of one channel of a training batch, by what is done to it. */
export const assembly = z.strictObject({ plain: seconds, pad: seconds, resized: seconds, randAugmentLayer: seconds });
export type Assembly = z.infer<typeof assembly>;

/** Answer of a measuring process. */
export const measured = z.strictObject({
  /** Channels that the CPU's blocked layout keeps together; 1 where there is none. */
  cpuBlock: z.int().min(1),
  evaluationBatch: z.int().min(1),
  observations: z.array(observation),
  assembly,
});
export type Measured = z.infer<typeof measured>;

/** Request to a measuring process. */
export const measureRequest = z.strictObject({
  device: z.string().min(1),
  threads: z.int().min(1),
  /** Layouts to measure; both are measured where the CPU has both and both are asked for. */
  layouts: z.array(z.enum(['blocked', 'plain'])).min(1),
  /** No probe is started after this time. */
  withinMs: z.number().positive(),
});
export type MeasureRequest = z.infer<typeof measureRequest>;
