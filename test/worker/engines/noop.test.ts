import { vi } from 'vitest';
import { ENGINE_NUMERICS } from '../../../contract/index.ts';
import type { NoopOptions } from '../../../worker/engines/noop/options.ts';
import { describeEngine } from './conformance.ts';
import { STARTS_PROCESSES } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const behaving = (options: Partial<NoopOptions>): Record<string, string> => ({
  SCALESWEEP_NOOP: JSON.stringify({ stepsPerEpoch: 5, stepMs: 2, ...options }),
});

describeEngine({
  engine: { name: 'noop', numerics: ENGINE_NUMERICS.noop },
  env: behaving({}),
  divergingEnv: behaving({ fault: { kind: 'nan', every: 1 } }),
  outOfMemoryEnv: behaving({ fault: { kind: 'out-of-memory', every: 1 } }),
});
