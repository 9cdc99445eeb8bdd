import { vi } from 'vitest';
import path from 'node:path';
import { ENGINE_NUMERICS } from '../../../contract/index.ts';
import { describeEngine } from './conformance.ts';
import { STARTS_PROCESSES } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const trainer = path.join(import.meta.dirname, 'command', 'trainer.mjs');

describeEngine({
  engine: { name: 'command', numerics: ENGINE_NUMERICS.command, trainer: { name: 'tiny', arguments: [] } },
  env: { SCALESWEEP_COMMANDS: JSON.stringify({ tiny: [process.execPath, trainer] }) },
});
