import { makeBuiltInEngine } from '../built-in.ts';
import type { Engine } from '../engine.ts';
import { openOnnxTrainer } from './onnx-trainer.ts';
import { requireDevice } from './require-device.ts';
import { sessions } from './session.ts';

export interface OnnxEngineOptions {
  /** Where datasets are kept; `$SCALESWEEP_DATA` or the user's cache by default. */
  readonly cacheDir?: string;
}

/** Trains with ONNX Runtime: forward, backward and optimiser compiled to one graph. */
export function makeOnnxEngine({ cacheDir }: OnnxEngineOptions = {}): Engine {
  sessions.keep();
  return makeBuiltInEngine({
    name: 'onnx',
    cacheDir,
    prepare: ({ device }) => requireDevice(device),
    async open(_, request) {
      const trainer = await openOnnxTrainer(request);
      const { lowering, reason } = trainer.choice;
      const placement = trainer.placement === undefined ? {} : { placement: trainer.placement };
      return { trainer, record: { lowering: `${lowering.layout}: ${reason}`, ...placement } };
    },
    close: () => sessions.close(),
  });
}
