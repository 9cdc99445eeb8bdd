/**
 * How long a test may take before it is given up, in milliseconds. All are bounds on hanging, not on speed: several times
 * what the test takes on two cores that other work keeps busy.
 */

/** Of every test and hook that names no other: it computes, and starts nothing. */
export const DEFAULT_TIME_OUT = 20_000;

/** Computes for some seconds where nothing else runs: thousands of drawn cases, or a whole dataset. */
export const COMPUTES_A_WHILE = 120_000;

/** Starts processes of the program, or waits until one of them has come to something: each start takes a second or more. */
export const STARTS_PROCESSES = 120_000;

/** Compiles and trains networks for some seconds. */
export const TRAINS_A_MINUTE = 120_000;

/** Waits until leases run out, or kills processes over and over. */
export const OUTLIVES_LEASES = 300_000;

/** Measures this machine, or trains on a graphics driver in software. */
export const TRAINS_MINUTES = 1_200_000;
