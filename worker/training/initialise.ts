import { random } from '../../contract/index.ts';
import { elements, type Network } from '../../models/index.ts';

/** Initial parameters by name. Each tensor has a stream of its own, so a new layer does not move the others' draws. */
export function initialParams(network: Network, seed: number): Map<string, Float32Array> {
  const params = new Map<string, Float32Array>();
  for (const { name, shape, init } of network.nodes.flatMap((node) => node.params)) {
    const values = new Float32Array(elements(shape));
    if (init.kind === 'constant') {
      values.fill(init.value);
    } else {
      const deviation = init.kind === 'normal' ? init.std : Math.sqrt(2 / init.fanOut);
      const draw = random(seed, 'init', name);
      for (let i = 0; i < values.length; i++) values[i] = draw.normal() * deviation;
    }
    params.set(name, values);
  }
  return params;
}
