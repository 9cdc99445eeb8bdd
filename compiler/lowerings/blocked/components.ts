import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import { Pending } from './pending.ts';
import { interleaveColumns } from './polyphase.ts';
import { reshape, type Dims } from './tensor.ts';

/** A value in its polyphase components: even and odd rows and columns still apart, (row, column) as 00, 01, 10, 11. `undefined`: zeros. */
export interface Components {
  readonly parts: readonly (Value | undefined)[];
  /** Of one component, as ONNX Runtime takes it. */
  readonly dims: Dims;
  /** Of the whole: an odd side has a row or a column less than its components. */
  readonly whole: Dims;
  readonly batch: number;
  readonly block: number;
}

const pending = new Pending<Components>(putTogether);

/** The whole, put together when it is read. */
export function deferComponents(graph: OnnxGraph, components: Components): Value {
  return pending.defer(graph, components);
}

/** The components of a value, as long as nothing has read it. */
export function pendingComponents(graph: OnnxGraph, value: Value): Components | undefined {
  return pending.of(graph, value);
}

function putTogether(graph: OnnxGraph, { parts, dims, whole, batch, block }: Components): Value {
  const [, channels, height, columns] = dims;
  const width = columns / batch;
  const [, , wholeHeight, wholeColumns] = whole;
  const [a, b, c, d] = parts.map((part) => part ?? graph.add('Expand', [graph.scalar(0), graph.ints(dims)]));
  const columnsOfOne = { rows: (channels / block) * height, width, inner: batch * block };
  const rows = [
    interleaveColumns(graph, a!, b!, columnsOfOne),
    interleaveColumns(graph, c!, d!, columnsOfOne),
  ] as const;
  const tall = { rows: channels / block, width: height, inner: 2 * width * batch * block };
  const all = interleaveColumns(graph, ...rows, tall);
  if (2 * height === wholeHeight && 2 * columns === wholeColumns) return reshape(graph, all, whole);
  const uncut = reshape(graph, all, [channels / block, 2 * height, 2 * width, batch * block]);
  const ends = graph.ints([wholeHeight, wholeColumns / batch]);
  return reshape(graph, graph.add('Slice', [uncut, graph.ints([0, 0]), ends, graph.ints([1, 2])]), whole);
}
