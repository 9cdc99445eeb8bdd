/** The strict schemas of networks and trials: what every message and every file with a spec in it is parsed with. */
import { z } from 'zod';
import { trialSpecOf, type ModelSpec } from '../../contract/index.ts';
import { families, unknownFamily } from './registry.ts';

/** A network of any family: the union of their schemas, told apart by `family`. */
export const modelSpec: z.ZodType<ModelSpec> = z.lazy(() => {
  const [first, ...others] = families().map(({ spec }) => spec as z.ZodObject<{ family: z.ZodLiteral<string> }>);
  return z.discriminatedUnion('family', [first!, ...others], {
    error: ({ input }) => unknownFamily((input as { family?: unknown } | undefined)?.family),
  }) as unknown as z.ZodType<ModelSpec>;
});

export const trialSpec = trialSpecOf(modelSpec);
