import { elements } from '../../../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx-graph.ts';
import { asIs } from '../portable/index.ts';
import type { Storage, Stored } from '../rule.ts';
import { reshape, roundUp, transposeTiles } from './tensor.ts';

/**
 * How parameters lie in the flat vectors, so that a step rearranges as few of them as it can: filters as
 * [O / b, I / b, k, k, b of I, b of O], which ONNX Runtime reads as [O, I, k, k]; the stem's as [O / b, I, k, k, b];
 * vectors of channels filled up with zeros.
 */
export function storageOf({ name, shape }: Stored, block: number, stem: string): Storage {
  if (shape.length === 1) {
    const storage = asIs({ name, shape });
    return { ...storage, shape: [roundUp(shape[0]!, block)] };
  }
  if (shape.length !== 4) return asIs({ name, shape });
  const [filters, channels, kernel] = shape as [number, number, number, number];
  const inputBlock = name === stem ? 1 : block;
  const stored = [roundUp(filters, block), roundUp(channels, inputBlock), kernel, kernel];
  const blocks = stored[1]! / inputBlock;
  const taps = kernel * kernel;
  const move = (visit: (own: number, place: number) => void): void => {
    for (let o = 0, own = 0; o < filters; o++)
      for (let i = 0; i < channels; i++) {
        const tile = Math.floor(o / block) * blocks + Math.floor(i / inputBlock);
        const inside = (i % inputBlock) * block + (o % block);
        for (let tap = 0; tap < taps; tap++) visit(own++, (tile * taps + tap) * inputBlock * block + inside);
      }
  };
  return {
    shape: stored,
    store: (from, to) => move((own, place) => void (to[place] = from[own]!)),
    restore: (from, to) => move((own, place) => void (to[own] = from[place]!)),
  };
}

/** A convolution's filters for columns of one phase: [O, I, k, taps], `inner` numbers per kernel position. */
export function columnsOfFilters(
  graph: OnnxGraph,
  weight: Value,
  shape: readonly number[],
  taps: readonly number[],
  inner: number,
): Value {
  const kernel = shape[3]!;
  if (taps.length === kernel) return weight;
  const rows = elements(shape) / kernel / inner;
  const columns = graph.add('Gather', [reshape(graph, weight, [rows, kernel, inner]), graph.ints(taps)], { axis: 1 });
  return reshape(graph, columns, [...shape.slice(0, 3), taps.length]);
}

/** Filters of the input's gradient: inputs and outputs change places, and the taps come in the order given. */
export function gradientFilters(
  graph: OnnxGraph,
  weight: Value,
  [filters, channels, kernel]: readonly number[],
  block: number,
  rowTaps: readonly number[],
  columnTaps: readonly number[],
): Value {
  const [outputs, inputs] = [filters! / block, channels! / block];
  const order: number[] = [];
  for (let i = 0; i < inputs; i++)
    for (let o = 0; o < outputs; o++)
      for (const row of rowTaps)
        for (const column of columnTaps) order.push(((o * inputs + i) * kernel! + row) * kernel! + column);
  const tiles = reshape(graph, transposeTiles(graph, weight, block), [-1, block * block]);
  const inOrder =
    order.length === elements([outputs, inputs, kernel!, kernel!]) && order.every((tile, at) => tile === at);
  const picked = inOrder ? tiles : graph.add('Gather', [tiles, graph.ints(order)], { axis: 0 });
  return reshape(graph, picked, [channels!, filters!, rowTaps.length, columnTaps.length]);
}
