import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { random, type ModelSpec, type RecipeSpec } from '../../contract/index.ts';
import { buildNetwork, dropPathNodes } from '../../models/index.ts';
import { layoutOf } from '../../compiler/parameters/stored-layout.ts';
import { layoutIn } from '../../compiler/index.ts';
import { blocked } from '../../compiler/lowerings/blocked/index.ts';
import { portable } from '../../compiler/lowerings/portable/index.ts';
import type { Choice } from '../../worker/engines/onnx/choose-lowering.ts';
import { cpuBlock } from '../../worker/engines/onnx/cpu-block.ts';
import { sessions } from '../../worker/engines/onnx/session.ts';
import { dropPathMask } from '../../worker/loader/dropout.ts';
import { KinkFinder } from '../worker/onnx/away-from-kinks.ts';
import {
  drawnNetworks,
  drawStart,
  everything,
  exercise,
  relativeError,
  smallNetwork,
  type Outcome,
  type Start,
} from '../worker/onnx/exercise.ts';
import { TRAINS_A_MINUTE } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

const block = await cpuBlock();

/** Whatever the padding costs: what is compared is arithmetic. */
const forced = (spec: ModelSpec, batch = everything.batchSize) => ({
  lowering: blocked(buildNetwork(spec), block, batch),
  reason: 'test',
});
const plain = { lowering: portable, reason: 'test' };

const inBlocks = drawnNetworks(14).map((drawn) => ({ ...drawn, batch: everything.batchSize }));

/** With channels for two, four and eight images in a block, and everything that may stand in the stages that have them. */
const packedNetworks = [
  { block: 'basic', width: 0.5 },
  { block: 'basic', width: 0.3, resolution: 9, resnetD: true, channels: 3 },
  { block: 'basic', width: 0.25, seRatio: 0.5, blocks: [2, 2, 1] },
  { block: 'basic', width: 0.25, resnetD: true },
  { block: 'basic', width: 0.25, resnetD: true, seRatio: 0.25, resolution: 9 },
  { block: 'basic', width: 0.125 },
  { block: 'basic', width: 0.125, channels: 3 },
  { block: 'basic', family: 'resnet-rs', blocks: [1, 1, 1, 1], resolution: 33, width: 0.5, stemPool: 'max' },
  {
    block: 'bottleneck',
    family: 'resnet-rs',
    blocks: [1, 1, 1, 1],
    resolution: 32,
    width: 0.25,
    stemPool: 'conv',
    resnetD: true,
  },
].map((change, seed) => {
  const spec = { ...smallNetwork, baseWidth: block, ...change } as ModelSpec;
  const batch = 8 * block;
  const most = Math.max(...layoutIn(buildNetwork(spec), block, batch).packing);
  return { name: `${seed}, up to ${most} images a block`, spec, seed, batch, most };
});

/** By parameter, and of what follows from all of them. */
function gradientErrors(spec: ModelSpec, ours: Outcome, theirs: Outcome): Record<string, number> {
  const errors: Record<string, number> = {
    params: relativeError(ours.state.get('params')!, theirs.state.get('params')!),
    ema: relativeError(ours.state.get('ema')!, theirs.state.get('ema')!),
    evaluation: relativeError(ours.evaluation, theirs.evaluation),
  };
  for (const { name, offset, size } of layoutOf(buildNetwork(spec)).params) {
    const part = (all: Float32Array) => all.subarray(offset, offset + size);
    errors[name] = relativeError(part(ours.gradients), part(theirs.gradients));
  }
  return errors;
}

/** Of three draws, each with images and shifts away from the kinks of the network. */
async function drawnStarts(
  spec: ModelSpec,
  recipe: RecipeSpec,
  seed: number,
): Promise<{ seed: number; start: Start }[]> {
  const network = buildNetwork(spec);
  const shares = dropPathNodes(network).map(({ share }) => share);
  const finder = await KinkFinder.open(network, recipe.batchSize, shares.length > 0);
  try {
    const drawn: { seed: number; start: Start }[] = [];
    for (const each of [seed, seed + 100, seed + 200]) {
      const start = drawStart(spec, recipe, each);
      const dropPath = new Float32Array(shares.length * recipe.batchSize);
      dropPathMask(dropPath, shares, recipe.stochasticDepth, each, 0);
      await finder.moveAway({ ...start, ...(shares.length > 0 ? { dropPath } : {}) }, random(each, 'kinks'));
      drawn.push({ seed: each, start });
    }
    return drawn;
  } finally {
    await finder.close();
  }
}

describe.skipIf(block === 1)('the blocked and the portable lowering', () => {
  // One lowering after the other, so that each is compiled once for the three draws.
  beforeEach(() => sessions.keep());
  afterEach(() => sessions.close());

  it.each([...inBlocks, ...packedNetworks])('agree on network $name, $batch images', async ({ spec, seed, batch }) => {
    const recipe = { ...everything, batchSize: batch };
    const drawn = await drawnStarts(spec, recipe, seed);
    const all = async (choice: Choice): Promise<Outcome[]> => {
      const outcomes: Outcome[] = [];
      for (const { seed, start } of drawn) outcomes.push(await exercise(spec, seed, { choice, recipe, start }));
      return outcomes;
    };
    const theirs = await all(plain);
    const ours = await all(forced(spec, batch));
    for (const [at, our] of ours.entries()) {
      const their = theirs[at]!;
      expect(Math.abs(our.losses[0]! / their.losses[0]! - 1)).toBeLessThan(1e-5);
      expect(our.correct).toEqual(their.correct);
      expect(relativeError(our.state.get('stats')!, their.state.get('stats')!)).toBeLessThan(1e-4);
      for (const [name, error] of Object.entries(gradientErrors(spec, our, their)))
        expect(error, `${name}, draw ${at}`).toBeLessThan(1e-4);
    }
  });

  it.each([inBlocks[0]!, packedNetworks[0]!])('repeats a training of $name to the bit', async ({ spec, batch }) => {
    const recipe = { ...everything, batchSize: batch };
    const first = await exercise(spec, 5, { choice: forced(spec, batch), recipe, steps: 3 });
    const second = await exercise(spec, 5, { choice: forced(spec, batch), recipe, steps: 3 });
    expect(second).toEqual(first);
  });

  it('are drawn with two and four images in a block, and eight where a block has room', () => {
    expect(new Set(packedNetworks.map(({ most }) => most))).toEqual(new Set(block === 16 ? [2, 4, 8] : [2, 4]));
  });

  it('train alike over ten steps', async () => {
    const recipe = { ...everything, batchSize: 32, dropout: 0, stochasticDepth: 0 };
    const ours = await exercise(smallNetwork, 3, { choice: forced(smallNetwork, 32), recipe, steps: 10 });
    const theirs = await exercise(smallNetwork, 3, { choice: plain, recipe, steps: 10 });
    expect(theirs.losses.at(-1)).toBeLessThan(theirs.losses[0]!);
    ours.losses.forEach((loss, step) => expect(Math.abs(loss / theirs.losses[step]! - 1)).toBeLessThan(1e-3));
  });
});
