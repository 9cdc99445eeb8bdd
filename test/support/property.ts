/** fast-check with one seed for all property tests, so that what passed once passes again. */
import fc from 'fast-check';

/** fast-check prints it, with the path to the counterexample, when a property fails. */
const seed = Number(process.env['SCALESWEEP_PROPERTY_SEED'] ?? 20_261_130);
if (!Number.isInteger(seed))
  throw new Error(`Expected an integer in SCALESWEEP_PROPERTY_SEED, got ${process.env['SCALESWEEP_PROPERTY_SEED']}`);

fc.configureGlobal({ seed });

export default fc;
