import { ENGINE_NUMERICS } from '../../../contract/index.ts';
import { describeEngine } from './conformance.ts';

/** Computing in JavaScript, which is slow: a killed training need not be long to be unfinished. */
describeEngine({
  engine: { name: 'tensorflow', numerics: ENGINE_NUMERICS.tensorflow },
  env: { SCALESWEEP_TENSORFLOW: 'javascript' },
  longEpochs: 5,
});
