import { ScalesweepError } from '../../../contract/index.ts';
import { makeBuiltInEngine } from '../built-in.ts';
import type { Engine } from '../engine.ts';
import { openLibrary, type Backend } from './library.ts';
import { makeTensorflowTrainer } from './tensorflow-trainer.ts';

export interface TensorflowEngineOptions {
  /** @defaultValue 'native' */
  readonly backend?: Backend;
  /** Where datasets are kept; `$SCALESWEEP_DATA` or the user's cache by default. */
  readonly cacheDir?: string;
}

/** Trains with TensorFlow.js: the network interpreted operation by operation, gradients by its tape. */
export function makeTensorflowEngine({ backend = 'native', cacheDir }: TensorflowEngineOptions = {}): Engine {
  return makeBuiltInEngine({
    name: 'tensorflow',
    cacheDir,
    prepare: ({ device, threads }) => openLibrary({ backend, device, threads }),
    open: ({ tf, name }, { network, recipe, batch, microBatch, seed }) =>
      Promise.resolve({
        trainer: makeTensorflowTrainer({ tf, network, recipe, batch, microBatch, seed }),
        record: { tensorflow: name },
      }),
  });
}

/** `SCALESWEEP_TENSORFLOW=javascript` is how the tests have the engine run where no native library is. */
export function tensorflowOptionsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): TensorflowEngineOptions {
  const backend = env['SCALESWEEP_TENSORFLOW'];
  if (backend === undefined || backend === '') return {};
  if (backend === 'native' || backend === 'javascript') return { backend };
  throw new ScalesweepError('USAGE', `Expected SCALESWEEP_TENSORFLOW to be native or javascript, got '${backend}'`, {
    hint: 'Unset it: the engine then computes with the native library.',
  });
}
