import { describe, expect, test } from 'vitest';
import { ENGINE_NUMERICS, makeTrial, type EngineName } from '../../contract/index.ts';
import { workerMemory } from '../../compiler/index.ts';
import { trialFacts } from '../../results/queries/trial-facts.ts';
import type { TrialToStore } from '../../results/index.ts';
import { complete, freshStore, planned, result, sweepInput } from './support/fixtures.ts';

function plannedFor(engine: EngineName, seed: number): TrialToStore {
  const plan = planned({ seed });
  const spec = { ...plan.trial.spec, engine: { name: engine, numerics: ENGINE_NUMERICS[engine] } };
  return { ...plan, trial: makeTrial(spec) };
}

describe('what a report sets beside the measured memory', () => {
  test('is the predicted memory of the whole worker, with the images that were held at a time', () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a')).id;
    const [whole, split] = [plannedFor('onnx', 1), plannedFor('onnx', 2)];
    store.addTrials(sweep, [whole, split]);
    complete(store, whole, 0.5);
    const claim = { worker: 'w', device: 'cpu', now: 1 };
    store.claim(split.trial.id, claim);
    store.shrink(split.trial.id, 1, { kind: 'out-of-memory', message: '', step: null }, 8, 2);
    store.claim(split.trial.id, claim);
    store.finish(split.trial.id, 2, result(0.5), 3);
    const { predictions } = trialFacts(store);
    expect(predictions.map(({ predictedBytes }) => predictedBytes)).toEqual([
      workerMemory(whole.trial.spec),
      workerMemory(split.trial.spec, 8),
    ]);
    expect(predictions[1]!.predictedBytes).toBeLessThan(predictions[0]!.predictedBytes!);
  });

  test.each([
    ['noop', 'cpu'],
    ['onnx', 'webgpu:0'],
  ] as const)('is nothing for the engine %s on %s', (engine, device) => {
    const store = freshStore();
    const plan = plannedFor(engine, 1);
    store.addTrials(store.createSweep(sweepInput('a')).id, [plan]);
    store.claim(plan.trial.id, { worker: 'w', device, now: 1 });
    store.finish(plan.trial.id, 1, result(0.5), 2);
    expect(trialFacts(store).predictions).toMatchObject([{ predictedBytes: null, peakBytes: 2e8 }]);
  });
});
