import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { layoutOf } from '../../../compiler/index.ts';
import { dimsOf, type Network } from '../../../models/index.ts';
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
  readonly losses: readonly number[];
  readonly finalParams: Float32Array;
  /** Logits of the first batch in evaluation mode, after all steps, with the moving average where kept. */
  readonly evaluation: Float32Array;
}

/** The same networks, written independently: one process, since importing PyTorch takes longer than most answers. */
let python: ReturnType<typeof startPython> | undefined;

function startPython() {
  const script = path.join(packageRoot(), 'test', 'worker', 'torch', 'compare.py');
  const child = spawn(PYTHON, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  return { child, lines: createInterface(child.stdout), gone: once(child, 'exit') };
}

async function compare(folder: string): Promise<void> {
  python ??= startPython();
  const { child, lines, gone } = python;
  child.stdin.write(`${folder}\n`);
  const [answer] = (await Promise.race([once(lines, 'line'), gone])) as [string | number | null];
  if (answer !== 'done') throw new Error(`Expected an answer of compare.py, got ${answer}`);
}

export function closeTorch(): void {
  python?.child.kill();
  python = undefined;
}

/** Asks PyTorch for a network, one at a time; `closeTorch` ends its process. */
export async function askTorch(request: TorchRequest): Promise<TorchAnswer> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-torch-'));
  try {
    const { params, images, labels, dropout, dropPath, ...rest } = request;
    const flags = { dropout: dropout !== undefined, dropPath: dropPath !== undefined };
    writeFileSync(path.join(folder, 'request.json'), JSON.stringify({ ...rest, ...flags }));
    for (const [name, values] of Object.entries({ params, images, dropout, dropPath })) {
      if (values !== undefined) writeFileSync(path.join(folder, `${name}.f32`), bytesOf(values));
    }
    writeFileSync(path.join(folder, 'labels.i32'), bytesOf(labels));
    await compare(folder);
    const floats = (name: string): Float32Array => {
      const file = readFileSync(path.join(folder, `${name}.f32`));
      return new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
    };
    const { losses } = JSON.parse(readFileSync(path.join(folder, 'answer.json'), 'utf8')) as { losses: number[] };
    return {
      gradients: floats('gradients'),
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

/** Gradients of the mean cross-entropy of any network of the project's operations, in double precision, in its own layout. */
export function gradientsFromTorch(network: Network, start: GraphStart): Float32Array {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-torch-'));
  try {
    const { params, images, labels } = start;
    const request = {
      nodes: network.nodes.map(({ name, op, inputs }) => ({ name, op, inputs })),
      params: layoutOf(network).params.map(({ name, shape }) => ({ name, shape })),
      batch: labels.length,
      image: dimsOf(network.nodes[0]!.shape),
    };
    writeFileSync(path.join(folder, 'request.json'), JSON.stringify(request));
    writeFileSync(path.join(folder, 'params.f32'), bytesOf(params));
    writeFileSync(path.join(folder, 'images.f32'), bytesOf(images));
    writeFileSync(path.join(folder, 'labels.i32'), bytesOf(labels));
    const script = path.join(packageRoot(), 'test', 'worker', 'torch', 'graph.py');
    execFileSync(PYTHON, [script, folder], { stdio: ['ignore', 'inherit', 'inherit'] });
    const file = readFileSync(path.join(folder, 'gradients.f32'));
    return new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface GraphStart {
  readonly params: Float32Array;
  readonly images: Float32Array;
  readonly labels: Int32Array;
}
