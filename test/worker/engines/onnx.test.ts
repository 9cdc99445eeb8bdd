import { vi } from 'vitest';
import { ENGINE_NUMERICS } from '../../../contract/index.ts';
import { describeEngine } from './conformance.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

describeEngine({ engine: { name: 'onnx', numerics: ENGINE_NUMERICS.onnx } });
