import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import { deferComponents, pendingComponents } from './components.ts';
import { addTo, pendingConv } from './write-conv.ts';

/**
 * The sum of gradients: within a convolution that is still to be written, where one of them comes from such a one. Of those
 * whose polyphase components are still apart, each component: a 1 x 1 shortcut has only one.
 */
export function sum(graph: OnnxGraph, parts: readonly Value[]): Value {
  const apart = parts.flatMap((part) => pendingComponents(graph, part) ?? []);
  if (apart.length < 2) return sumWhole(graph, parts);
  const components = apart[0]!.parts.map((_, at) => {
    const present = apart.flatMap((each) => each.parts[at] ?? []);
    return present.length < 2 ? present[0] : sumWhole(graph, present);
  });
  const together = deferComponents(graph, { ...apart[0]!, parts: components });
  const others = parts.filter((part) => pendingComponents(graph, part) === undefined);
  return others.length === 0 ? together : sumWhole(graph, [together, ...others]);
}

function sumWhole(graph: OnnxGraph, parts: readonly Value[]): Value {
  const host = parts.find((part) => {
    const call = pendingConv(graph, part);
    return call !== undefined && call.sum === undefined;
  });
  if (host === undefined) return graph.add('Sum', parts);
  const others = parts.filter((part) => part !== host);
  return addTo(graph, host, others.length === 1 ? others[0]! : graph.add('Sum', others))!;
}
