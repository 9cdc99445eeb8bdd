import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Trainings and child processes share two cores with the rest: a slow machine must not fail a test of behaviour.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // A test that wants this machine measured names a folder of its own.
    env: { SCALESWEEP_CALIBRATION: 'off' },
    reporters: ['default', './test/support/closing-line-reporter.ts'],
  },
});
