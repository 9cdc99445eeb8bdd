/**
 * Trials on their way to whoever trains them. A spec is a kilobyte, and the seeds of a cell share all of it but one number: of the trials of a message,
 * each leaves out what is the same as in the one before. What arrives is whole again, and its id is checked against it.
 */
import { z } from 'zod';
import { TRIAL_ID, trialId, type Trial, type TrialSpec } from '../../contract/index.ts';
import { trialSpec } from '../../models/index.ts';

/** A trial as it stands in a message; the first of a message is whole. */
export const wireTrial = z.strictObject({
  id: z.string().regex(TRIAL_ID),
  spec: trialSpec.partial({ model: true, data: true, recipe: true, epochs: true, engine: true }),
});
type WireTrial = z.infer<typeof wireTrial>;

const SHARED = ['model', 'data', 'recipe', 'epochs', 'engine'] as const satisfies readonly (keyof TrialSpec)[];

/** Leaves out each part of a spec that is the very same value as in the trial before it. */
export function packTrials<A extends { readonly trial: Trial }>(
  attempts: readonly A[],
): (Omit<A, 'trial'> & { trial: WireTrial })[] {
  let before: Partial<TrialSpec> = {};
  return attempts.map((attempt) => {
    const { id, spec } = attempt.trial;
    const rest: WireTrial['spec'] = { ...spec };
    for (const part of SHARED) if (before[part] === spec[part]) delete rest[part];
    before = spec;
    return { ...attempt, trial: { id, spec: rest } };
  });
}

/** Makes trials whole, for a schema's `transform`. What is missing in the first, and an id that is not its spec's hash, is an issue. */
export function unpackTrials<A extends { readonly trial: WireTrial }>(
  attempts: readonly A[],
  context: { addIssue(message: string): void },
): (Omit<A, 'trial'> & { trial: Trial })[] {
  let before: Partial<TrialSpec> = {};
  const hashed = new WeakMap<object, string>();
  return attempts.map((attempt) => {
    const { id } = attempt.trial;
    const spec = { ...before, ...attempt.trial.spec } as TrialSpec;
    before = spec;
    if (SHARED.some((part) => spec[part] === undefined)) context.addIssue('expected the first trial to be whole');
    else if (trialId(spec, hashed) !== id) context.addIssue('expected the id to be the hash of the spec');
    return { ...attempt, trial: { id, spec } };
  });
}
