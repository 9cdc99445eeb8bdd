import { describe, expect, it, vi } from 'vitest';
import { random } from '../../contract/index.ts';
import { buildNetwork, elements } from '../../models/index.ts';
import { convert, layoutOf, partsOf, storedLayoutOf } from '../../compiler/parameters/stored-layout.ts';
import { layoutIn } from '../../compiler/index.ts';
import { blocked } from '../../compiler/lowerings/blocked/index.ts';
import { portable } from '../../compiler/lowerings/portable/index.ts';
import { drawnNetworks, smallNetwork } from '../worker/onnx/exercise.ts';
import { TRAINS_A_MINUTE } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

describe('the stored layout', () => {
  it.each(
    [...drawnNetworks(6), { name: 'narrow', spec: { ...smallNetwork, width: 0.25 } }].flatMap(({ name, spec }) =>
      [8, 16].flatMap((block) => [1, 4].map((most) => ({ name, spec, block, most }))),
    ),
  )('gives back what it was given, in blocks of $block for up to $most images: $name', ({ spec, block, most }) => {
    const batch = most * block;
    const network = buildNetwork(spec);
    const lowering = blocked(network, block, batch);
    const [own, stored] = [layoutOf(network), storedLayoutOf(network, lowering)];
    const draw = random(1, 'values');
    const values = Float32Array.from({ length: own.paramCount }, () => 1 + draw.next());
    const there = new Float32Array(stored.paramCount);
    convert(own.params, stored.params, lowering, 'store', values, there);
    const back = new Float32Array(own.paramCount);
    convert(own.params, stored.params, lowering, 'restore', there, back);
    // Millions of numbers: compared as bytes.
    expect(Buffer.from(back.buffer).equals(Buffer.from(values.buffer))).toBe(true);
    // Each image in a block has a copy, and what was added is zero.
    const packing = layoutIn(network, block, batch).packing;
    const copies = network.nodes.flatMap(({ id, inputs, params }) =>
      params.map(({ shape }) => packing[inputs[0] ?? id]! * elements(shape)),
    );
    expect(there.filter((value) => value !== 0)).toHaveLength(copies.reduce((sum, count) => sum + count));
  });

  it('is the own one in the portable lowering', () => {
    const network = buildNetwork(drawnNetworks(1)[0]!.spec);
    expect(storedLayoutOf(network, portable)).toEqual(layoutOf(network));
  });

  it('falls into parts without gaps, the vectors handed over first and each filter by itself', () => {
    const network = buildNetwork(drawnNetworks(2)[1]!.spec);
    const layout = storedLayoutOf(network, blocked(network, 16, 16));
    const parts = partsOf(layout);
    expect(parts[0]!.decays).toBe(false);
    let end = 0;
    for (const part of parts.toSorted((a, b) => a.offset - b.offset)) {
      expect(part.offset).toBe(end);
      expect(part.decays).toBe(part.offset < layout.decayingCount);
      end += part.size;
    }
    expect(end).toBe(layout.paramCount);
  });
});
