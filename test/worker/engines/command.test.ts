import path from 'node:path';
import { ENGINE_NUMERICS } from '../../../contract/index.ts';
import { describeEngine } from './conformance.ts';

const trainer = path.join(import.meta.dirname, 'command', 'trainer.mjs');

describeEngine({
  engine: { name: 'command', numerics: ENGINE_NUMERICS.command, trainer: { name: 'tiny', arguments: [] } },
  env: { SCALESWEEP_COMMANDS: JSON.stringify({ tiny: [process.execPath, trainer] }) },
});
