import { ENGINE_NUMERICS } from '../../../contract/index.ts';
import { describeEngine } from './conformance.ts';

describeEngine({ engine: { name: 'onnx', numerics: ENGINE_NUMERICS.onnx } });
