import { vi } from 'vitest';
import { ENGINE_NUMERICS } from '../../../contract/index.ts';
import { describeEngine } from './conformance.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

/** Computing in JavaScript, which is slow: a killed training need not be long to be unfinished. */
describeEngine({
  engine: { name: 'tensorflow', numerics: ENGINE_NUMERICS.tensorflow },
  env: { SCALESWEEP_TENSORFLOW: 'javascript' },
  longEpochs: 5,
});
