import { random } from '../../contract/index.ts';
import { elements, type Network } from '../../models/index.ts';

/** Initial parameters by name. Each tensor has its own random stream, so a new layer does not change the others' draws. */
export function initialParams(network: Network, seed: number): Map<string, Float32Array> {
  const params = new Map<string, Float32Array>();
  for (const [name, values] of drawParams(network, seed)) params.set(name, values.slice());
  return params;
}

/**
 * The same one by one, for callers that copy them elsewhere: each is overwritten by the next. All of them would be as large as
 * the parameters, and wait for the garbage collector while the first step is taken.
 */
export function* drawParams(network: Network, seed: number): Generator<[name: string, values: Float32Array]> {
  const params = network.nodes.flatMap((node) => node.params);
  const scratch = new Float32Array(Math.max(...params.map(({ shape }) => elements(shape))));
  for (const { name, shape, init } of params) {
    const values = scratch.subarray(0, elements(shape));
    if (init.kind === 'constant') {
      values.fill(init.value);
    } else {
      const deviation = init.kind === 'normal' ? init.std : Math.sqrt(2 / init.fanOut);
      const draw = random(seed, 'init', name);
      for (let i = 0; i < values.length; i++) values[i] = draw.normal() * deviation;
    }
    yield [name, values];
  }
}
