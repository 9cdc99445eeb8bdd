import type { EngineSpec, TrialSpec } from '../../../contract/index.ts';
import type { PlanItem } from '../../../grids/index.ts';

/** Trials that are compared with the photographs: a grid that does not fit them does not in its first cells. */
export const LOOKED_AT = 256;

/** Whether an engine reads our datasets: a trainer brings its own images, unless it asks for ours. */
export function readsDatasets({ name, trainer }: EngineSpec): boolean {
  if (name === 'noop') return false;
  return trainer === undefined || trainer.arguments.some((argument) => /\{(data|split)\}/.test(argument));
}

/**
 * Compares trials with the photographs that they are to train on, as far as those are packed on this machine.
 *
 * @param log told what was left out of the dataset.
 * @param enlarged told of resolutions that are larger than some of the images.
 * @throws {ScalesweepError} USAGE for what a worker would refuse: more images than there are, other classes.
 */
export async function checkPhotographs(
  specs: Iterable<TrialSpec>,
  log: (line: string) => void = () => undefined,
  enlarged: (line: string) => void = log,
): Promise<void> {
  let check: ((spec: TrialSpec) => void) | undefined;
  let looked = 0;
  for (const spec of specs) {
    if (check === undefined) {
      if (!readsDatasets(spec.engine)) return;
      // Loaded already where a plan is made; a resume needs it here alone.
      const { DATASETS } = await import('../../../grids/index.ts');
      if (Object.hasOwn(DATASETS, spec.data.name)) return;
      const { lookAtPhotographs } = await import('../../../worker/data/index.ts');
      check = await lookAtPhotographs(spec.data, { log, enlarged });
      if (check === undefined) return;
    }
    check(spec);
    if (++looked === LOOKED_AT) return;
  }
}

export function* specsOf(items: Iterable<PlanItem>): Generator<TrialSpec> {
  for (const item of items) if (item.kind === 'trial') yield item.trial.spec;
}
