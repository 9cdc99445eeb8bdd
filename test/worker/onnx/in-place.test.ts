import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { random, type ModelSpec } from '../../../contract/index.ts';
import { buildNetwork, dimsOf, elements, type Network } from '../../../models/index.ts';
import { storedLayoutOf } from '../../../compiler/parameters/stored-layout.ts';
import { blocked } from '../../../compiler/lowerings/blocked/index.ts';
import { portable } from '../../../compiler/lowerings/portable/index.ts';
import { cpuBlock } from '../../../worker/engines/onnx/cpu-block.ts';
import type { Lowering } from '../../../compiler/lowerings/rule.ts';
import { decodeModel, type NodeMessage } from '../../../compiler/onnx/proto.ts';
import { openSession } from '../../../worker/engines/onnx/session.ts';
import { buildStep } from '../../../compiler/step/step-graph.ts';
import type { StepOptions } from '../../../compiler/step/step-inputs.ts';
import { floatTensor, labelTensor, type Tensors } from '../../../worker/engines/onnx/tensors.ts';
import { SUCCESSOR } from '../../../compiler/index.ts';
import { TrainingVectors } from '../../../worker/engines/onnx/training-vectors.ts';
import { drawnNetworks, smallNetwork } from './exercise.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

let folder: string;
beforeAll(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-in-place-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const block = await cpuBlock();
/** Enough for batch packing. */
const BATCH = 32;
const whole: StepOptions = { batch: BATCH, nesterov: true, ema: true, dropout: false, dropPath: false, inPlace: true };
const bare: StepOptions = { ...whole, nesterov: false, ema: false };

function loweringsOf(network: Network): [string, Lowering][] {
  return [
    ['portable', portable],
    ...(block === 1 ? [] : [['blocked', blocked(network, block, BATCH)] as [string, Lowering]]),
  ];
}

/** The operations that ONNX Runtime executes, after all that its optimiser does to a graph. */
async function executed(model: Uint8Array, { optimisation }: Lowering): Promise<NodeMessage[]> {
  const optimizedModelFilePath = path.join(folder, 'optimised.onnx');
  const options = {
    optimizedModelFilePath,
    graphOptimizationLevel: optimisation,
    enableMemPattern: false,
    logSeverityLevel: 3,
  } as const;
  await (await ort.InferenceSession.create(model, options)).release();
  return [...decodeModel(readFileSync(optimizedModelFilePath)).graph.node];
}

const VIEWS = ['Reshape', 'Identity', 'Squeeze', 'Unsqueeze', 'Flatten'];

/** Inputs that an operation may still read when their successor has been written over them. */
function readTooLate(nodes: readonly NodeMessage[]): string[] {
  const makers = new Map(nodes.flatMap((node) => node.output.map((value) => [value, node] as const)));
  const readersOf = (value: string): NodeMessage[] =>
    nodes
      .filter(({ input }) => input.includes(value))
      .flatMap((node) => (VIEWS.includes(node.opType) ? readersOf(node.output[0]!) : [node]));
  const before = (node: NodeMessage, found = new Set<NodeMessage>()): Set<NodeMessage> => {
    for (const value of node.input) {
      const maker = makers.get(value);
      if (maker === undefined || found.has(maker)) continue;
      found.add(maker);
      before(maker, found);
    }
    return found;
  };
  const late: string[] = [];
  for (const [successor, writer] of makers) {
    const [vector] = Object.entries(SUCCESSOR).find(([, next]) => next === successor.split('.')[0]) ?? [];
    if (vector === undefined) continue;
    const first = before(writer).add(writer);
    const name = vector + successor.slice(SUCCESSOR[vector as keyof typeof SUCCESSOR].length);
    const readers = readersOf(name);
    expect(readers, name).not.toEqual([]);
    for (const node of readers) if (!first.has(node)) late.push(`${name} by ${node.opType} ${node.output[0]}`);
  }
  return late;
}

const networks = drawnNetworks(8).map(({ name, spec }): [string, ModelSpec] => [name, spec]);

describe('a step that writes over what it reads', () => {
  it.each(networks)('writes nothing before everybody has read it: %s', async (_, spec) => {
    const network = buildNetwork(spec);
    for (const [name, lowering] of loweringsOf(network)) {
      for (const options of [whole, bare]) {
        const model = buildStep(network, storedLayoutOf(network, lowering), lowering, options);
        expect(readTooLate(await executed(model, lowering)), name).toEqual([]);
      }
    }
  });

  it('is one that has been told to', async () => {
    const network = buildNetwork(smallNetwork);
    const layout = storedLayoutOf(network, portable);
    const model = buildStep(network, layout, portable, { ...whole, inPlace: false });
    expect(readTooLate(await executed(model, portable)).join()).toContain('params.');
  });

  const spec = { ...smallNetwork, baseWidth: block, width: 0.5, resnetD: true, seRatio: 0.25, channels: 3 };
  it.each(loweringsOf(buildNetwork(spec)))('computes what one with two buffers does, %s', async (_, lowering) => {
    const network = buildNetwork(spec);
    for (const options of [whole, bare])
      expect(await train(network, lowering, options, true)).toEqual(await train(network, lowering, options, false));
  });
});

/** Bytes of a training after four steps; `apart`: with outputs next to the vectors, copied over them afterwards. */
async function train(network: Network, lowering: Lowering, options: StepOptions, apart: boolean): Promise<string[]> {
  const vectors = new TrainingVectors(network, lowering, options.ema);
  const draw = random(1, 'a training');
  const drawn = [...(await vectors.state())].map(([name, values]) => [name, values.map(() => draw.next())] as const);
  vectors.restore(new Map(drawn));
  const { optimisation } = lowering;
  const model = buildStep(network, storedLayoutOf(network, lowering), lowering, options);
  const session = await openSession(model, 'cpu', 1, { optimisation });
  const dims = dimsOf(network.nodes[0]!.shape);
  for (let step = 0; step < 4; step++) {
    const images = Float32Array.from({ length: BATCH * elements(dims) }, () => draw.normal());
    const labels = Int32Array.from({ length: BATCH }, () => draw.below(network.classes));
    const feeds = {
      image: floatTensor(images, [BATCH, ...dims]),
      label: labelTensor(labels, lowering.loss.labels),
      hyper: floatTensor(Float32Array.of(0.1, 0.9, 1e-3, 0.1, 0.9, 0.5), [6]),
      ...vectors.feeds(),
    };
    const own = vectors.fetches();
    const fetches = apart ? copiesOf(own) : own;
    await session.run(feeds, fetches);
    for (const [name, { data }] of Object.entries(own)) (data as Float32Array).set(fetches[name]!.data as Float32Array);
  }
  await session.close();
  return [...(await vectors.state())].map(
    ([name, values]) => `${name} ${Buffer.from(values.buffer).toString('base64')}`,
  );
}

function copiesOf(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data, dims }]) => [name, floatTensor((data as Float32Array).slice(), dims)]),
  );
}
