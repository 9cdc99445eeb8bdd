import { describe, expect, it } from 'vitest';
import { networks } from '../../bench/support/train-networks.ts';
import { buildNetwork } from '../../models/index.ts';
import { trainingMemory, workerMemory } from '../../compiler/index.ts';
import { noopTrial } from '../orchestrator/support/trials.ts';

/** Resident MB that parameters and first steps added to a process with its sessions open (docs/performance.md, "Memory"). */
const MEASURED = new Map([
  ['resnet-20', 171],
  ['rs-29 x0.5', 244],
  ['rs-29 x1', 485],
  ['rs-29 x2', 979],
  ['rs-50 at 64', 570],
]);

describe('predicted memory', () => {
  it.each(networks)('of a training step of $name is within a fifth of what was measured', ({ name, spec, batch }) => {
    const predicted = trainingMemory(buildNetwork(spec), batch) / 1e6;
    expect(Math.abs(predicted / MEASURED.get(name)! - 1)).toBeLessThan(0.2);
  });

  it('of a worker falls with the micro-batch, but not below what it holds anyway', () => {
    const { spec } = noopTrial(0, { recipe: { ...noopTrial(0).spec.recipe, batchSize: 64 } });
    const [all, half, few] = [undefined, 32, 4].map((microBatch) => workerMemory(spec, microBatch)) as [
      number,
      number,
      number,
    ];
    expect(half).toBeLessThan(all);
    expect(few).toBeLessThan(half);
    expect(few).toBeGreaterThan(1.7e8);
  });

  it('counts a moving average of the weights', () => {
    const network = buildNetwork(networks[0]!.spec);
    expect(trainingMemory(network, 8, { average: true })).toBeGreaterThan(trainingMemory(network, 8));
  });
});
