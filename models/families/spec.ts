/** The strict schemas of networks and trials: what every message and every file with a spec in it is parsed with. */
import { z } from 'zod';
import { isOwnModel, ownModel, trialSpecOf, type ModelSpec } from '../../contract/index.ts';
import { families, unknownFamily } from './registry.ts';

/** A network of a registered family, told from the others by `family`; or one that only the user's trainer knows. */
export const modelSpec: z.ZodType<ModelSpec> = z.lazy(() => {
  const [first, ...others] = families().map(({ spec }) => spec as z.ZodObject<{ family: z.ZodLiteral<string> }>);
  const registered = z.discriminatedUnion('family', [first!, ...others], {
    error: ({ input }) => unknownFamily((input as { family?: unknown } | undefined)?.family),
  });
  const { $schema: _, ...form } = z.toJSONSchema(z.union([registered, ownModel]), { io: 'input' });
  // A union of the two would say of a network that fits neither nothing but that.
  return z
    .unknown()
    .check(({ value, issues }) => {
      const { error } = (isOwnModel(value) ? ownModel : registered).safeParse(value);
      for (const issue of error?.issues ?? []) issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
    })
    .meta(form) as unknown as z.ZodType<ModelSpec>;
});

export const trialSpec = trialSpecOf(modelSpec);
