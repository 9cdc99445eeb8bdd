/** Distributions that queries and findings share. Loads no store. */
export { criticalT, normalQuantile, twoSidedP, upperF } from './student.ts';
