/** The ONNX graphs that networks compile to, byte for byte: what is computed does not change unless a numerics version does. */
import { createHash } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { buildNetwork } from '../../models/index.ts';
import { dropPathNodes } from '../../models/index.ts';
import { storedLayoutOf } from '../../compiler/parameters/stored-layout.ts';
import { blocked } from '../../compiler/lowerings/blocked/index.ts';
import { portable } from '../../compiler/lowerings/portable/index.ts';
import { onDevice } from '../../compiler/lowerings/portable/on-device.ts';
import { buildEvaluation, buildGradients, buildStep, buildUpdate } from '../../compiler/step/step-graph.ts';
import { partsOf } from '../../compiler/parameters/stored-layout.ts';
import { goldenCases } from './networks.ts';
import { TRAINS_A_MINUTE } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

const BATCH = 16;
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

it('compiles networks to the same graphs', async () => {
  const graphs = goldenCases.map(({ name, model, recipe }) => {
    const network = buildNetwork(model);
    const lowerings = [portable, onDevice, blocked(network, 8, BATCH), blocked(network, 16, BATCH)];
    const options = {
      batch: BATCH,
      nesterov: recipe.nesterov,
      ema: recipe.emaDecay > 0,
      dropout: recipe.dropout > 0,
      dropPath: recipe.stochasticDepth > 0 && dropPathNodes(network).length > 0,
    };
    const of = lowerings.map((lowering, at) => {
      const layout = storedLayoutOf(network, lowering);
      const parts = partsOf(layout);
      return [
        ['portable', 'on-device', 'blocked 8', 'blocked 16'][at],
        digest(buildStep(network, layout, lowering, options)),
        digest(buildStep(network, layout, lowering, { ...options, inPlace: true })),
        digest(buildGradients(network, layout, lowering, { ...options, share: 0.5 })),
        digest(buildUpdate(layout, lowering, { ...options, parts })),
        digest(buildEvaluation(network, layout, lowering, 2 * BATCH)),
      ].join(' ');
    });
    return [name, ...of].join('\n');
  });
  await expect(`${graphs.join('\n\n')}\n`).toMatchFileSnapshot('graphs.golden');
});
