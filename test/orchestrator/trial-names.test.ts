import { describe, expect, it } from 'vitest';
import { trialNames } from '../../orchestrator/progress/trial-names.ts';
import { noopTrial } from './support/trials.ts';

const { spec } = noopTrial(7);

describe('what tells trials apart', () => {
  it('is the axes that vary, and the seed where seeds do', () => {
    const { cell, trial } = trialNames({ axes: ['depth', 'learningRate', 'recipe.batchSize'], seeds: true });
    expect(cell(spec)).toBe('depth 8, learningRate 0.1, recipe.batchSize 10');
    expect(trial(spec)).toBe('depth 8, learningRate 0.1, recipe.batchSize 10, seed 7');
    expect(trialNames({ axes: ['depth'], seeds: false }).trial(spec)).toBe('depth 8');
  });

  it('is the whole cell where nothing varies', () => {
    expect(trialNames({ axes: [], seeds: false }).trial(spec)).toBe('width 1, depth 8, resolution 8, epochs 2');
  });

  it('leaves out what the trial does not say', () => {
    expect(trialNames({ axes: ['depth', 'params.expansion'], seeds: false }).trial(spec)).toBe('depth 8');
  });
});
