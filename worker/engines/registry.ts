import type { EngineName } from '../../contract/index.ts';
import type { Engine } from './engine.ts';

/** Each loaded only when asked for: ONNX Runtime alone takes a tenth of a second. */
const OPENERS: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  onnx: async () => {
    const { makeOnnxEngine } = await import('./onnx/index.ts');
    return makeOnnxEngine({});
  },
  command: async () => {
    const { makeCommandEngine } = await import('./command/index.ts');
    const { allowedInEnvironment } = await import('./command/programs.ts');
    return makeCommandEngine({ allowed: allowedInEnvironment(process.env) });
  },
  tensorflow: async () => {
    const { makeTensorflowEngine, tensorflowOptionsFromEnvironment } = await import('./tensorflow/index.ts');
    return makeTensorflowEngine(tensorflowOptionsFromEnvironment(process.env));
  },
  noop: async () => {
    const { makeNoopEngine, noopOptionsFromEnvironment } = await import('./noop/index.ts');
    return makeNoopEngine(noopOptionsFromEnvironment(process.env));
  },
};

/** Loads and makes an engine. The caller closes it. */
export function openEngine(name: EngineName): Promise<Engine> {
  return OPENERS[name]();
}
