import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packageRoot, type ModelSpec, type RecipeSpec } from '../../../contract/index.ts';
import type { StepRates } from '../../../worker/training/trainer.ts';

/** Debian's interpreter: python3-torch is not visible to others. */
export const PYTHON = process.env['SCALESWEEP_TORCH_PYTHON'] ?? '/usr/bin/python3';

/** Why PyTorch cannot be asked, or `undefined` when it can. */
export function torchMissing(): string | undefined {
  try {
    execFileSync(PYTHON, ['-c', 'import torch'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `${PYTHON} has no torch: apt-get install python3-torch (.ci/run does)`;
  }
}

export interface TorchRequest {
  readonly spec: ModelSpec;
  readonly recipe: RecipeSpec;
  readonly batch: number;
  readonly steps: readonly StepRates[];
  /** All parameters, in the order of the network's nodes. */
  readonly params: Float32Array;
  /** [steps, batch, C, H, W] */
  readonly images: Float32Array;
  /** [steps, batch] */
  readonly labels: Int32Array;
  /** [steps, batch, features] */
  readonly dropout?: Float32Array | undefined;
  /** [steps, blocks, batch] */
  readonly dropPath?: Float32Array | undefined;
}

export interface TorchAnswer {
  /** Of the first batch's mean loss, in the order of `params`, computed in double precision. */
  readonly gradients: Float32Array;
  /** The same in single precision: how far PyTorch is from itself by rounding alone. */
  readonly gradients32: Float32Array;
  readonly losses: readonly number[];
  readonly finalParams: Float32Array;
  /** Logits of the first batch in evaluation mode, after all steps, with the moving average where kept. */
  readonly evaluation: Float32Array;
}

/** Asks PyTorch for the same network, written independently. */
export function askTorch(request: TorchRequest): TorchAnswer {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-torch-'));
  try {
    const { params, images, labels, dropout, dropPath, ...rest } = request;
    const flags = { dropout: dropout !== undefined, dropPath: dropPath !== undefined };
    writeFileSync(path.join(folder, 'request.json'), JSON.stringify({ ...rest, ...flags }));
    for (const [name, values] of Object.entries({ params, images, dropout, dropPath })) {
      if (values !== undefined) writeFileSync(path.join(folder, `${name}.f32`), bytesOf(values));
    }
    writeFileSync(path.join(folder, 'labels.i32'), bytesOf(labels));
    const script = path.join(packageRoot(), 'test', 'worker', 'torch', 'compare.py');
    execFileSync(PYTHON, [script, folder], { stdio: ['ignore', 'inherit', 'inherit'] });
    const floats = (name: string): Float32Array => {
      const file = readFileSync(path.join(folder, `${name}.f32`));
      return new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
    };
    const { losses } = JSON.parse(readFileSync(path.join(folder, 'answer.json'), 'utf8')) as { losses: number[] };
    return {
      gradients: floats('gradients'),
      gradients32: floats('gradients32'),
      losses,
      finalParams: floats('finalParams'),
      evaluation: floats('evaluation'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
