import { configDefaults, defineConfig } from 'vitest/config';
import { projects } from './test/support/projects.ts';
import { DEFAULT_TIME_OUT } from './test/support/time-outs.ts';

export default defineConfig({
  test: {
    // One more than the cores of the smallest machine: tests that start processes wait for them.
    maxWorkers: 3,
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    projects: Object.entries(projects).map(([name, { include, exclude, startsProcesses }]) => ({
      test: {
        name,
        include: [...include],
        exclude: [...configDefaults.exclude, ...exclude],
        testTimeout: DEFAULT_TIME_OUT,
        hookTimeout: DEFAULT_TIME_OUT,
        // Files that start nothing share what they import: importing it for each took as long as the tests.
        isolate: startsProcesses,
        // A test that wants this machine measured names a folder of its own.
        env: { SCALESWEEP_CALIBRATION: 'off' },
        setupFiles: startsProcesses ? ['./test/support/children-from-dist.ts'] : [],
        globalSetup: startsProcesses ? ['./test/support/build-once.ts'] : [],
      },
    })),
  },
});
