import { elements } from '../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import { asIs } from '../portable/index.ts';
import type { Storage, Stored } from '../rule.ts';
import { reshape, roundUp, transposeTiles } from './tensor.ts';

/** What decides where the parameters of a node lie. */
export interface Place {
  readonly block: number;
  /** Images in a block of what the node reads, and of what it writes: 1 without batch packing. */
  readonly within: number;
  readonly images: number;
  /** Reads the image, whose channels are not blocked. */
  readonly isStem: boolean;
  /** Of a node that takes the portable rule: stored as that expects it. */
  readonly isPlain: boolean;
}

/** A tensor's own numbers, row-major, and where they are stored: once for each image in a block. */
interface Moves {
  readonly shape: readonly number[];
  readonly visit: (image: number, each: (own: number, place: number) => void) => void;
}

/**
 * How parameters lie in the flat vectors, so that a step rearranges as few of them as it can: filters as
 * [O / b, I / b, k, k, b of I, b of O], which ONNX Runtime reads as [O, I, k, k]; the stem's as [O / b, I, k, k, b];
 * vectors of channels filled up with zeros. Each image in a block has its own: copies in a vector, in filters a diagonal of them with
 * zeros beside it.
 */
export function storageOf(tensor: Stored, place: Place): Storage {
  const moves = movesOf(tensor, place);
  if (moves === undefined) return asIs(tensor);
  const { shape, visit } = moves;
  return {
    shape,
    store(from, to) {
      for (let image = 0; image < place.within; image++) visit(image, (own, at) => void (to[at] = from[own]!));
    },
    restore: (from, to) => visit(0, (own, at) => void (to[own] = from[at]!)),
  };
}

/** `undefined` for what is stored as it is. */
function movesOf({ shape }: Stored, { block, within, images, isStem, isPlain }: Place): Moves | undefined {
  if (isPlain) return undefined;
  const [filters, channels, kernel] = shape as [number, number, number];
  const outputs = roundUp(filters, block) / images;
  if (shape.length === 1) {
    return {
      shape: [images * outputs],
      visit(image, each) {
        for (let c = 0; c < filters; c++) each(c, image * outputs + c);
      },
    };
  }
  if (shape.length !== 4) return undefined;
  const inputBlock = isStem ? 1 : block;
  const inputs = isStem ? channels : roundUp(channels, block) / within;
  // Images that are unpacked lie in different blocks from there on.
  const parting = within / images;
  const stored = [within * outputs, within * inputs, kernel, kernel];
  const blocks = stored[1]! / inputBlock;
  const taps = kernel * kernel;
  return {
    shape: stored,
    visit(image, each) {
      const firstOutput = ((image % parting) * images + Math.floor(image / parting)) * outputs;
      const firstInput = image * inputs;
      for (let filter = 0, own = 0; filter < filters; filter++)
        for (let channel = 0; channel < channels; channel++) {
          const [o, i] = [firstOutput + filter, firstInput + channel];
          const tile = Math.floor(o / block) * blocks + Math.floor(i / inputBlock);
          const inside = (i % inputBlock) * block + (o % block);
          for (let tap = 0; tap < taps; tap++) each(own++, (tile * taps + tap) * inputBlock * block + inside);
        }
    },
  };
}

/** Of a weight gradient with packed images: the sum over the images, again for each of them, and zeros beside it. */
export function sumOfPackedImages(graph: OnnxGraph, gradient: Value, tensor: Stored, place: Place): Value {
  const { shape, visit } = movesOf(tensor, place)!;
  // An image's filters lie together, so stretches of them are moved.
  const run = place.block / place.images;
  const rows = elements(shape) / run;
  const rowsOf = Array.from({ length: place.within }, (_, image) => {
    const found: number[] = [];
    visit(image, (_own, at) => void (at % run === 0 && found.push(at / run)));
    return found;
  });
  const count = rowsOf[0]!.length;
  const owners = Array.from({ length: rows }, () => count);
  for (const found of rowsOf) for (const [owner, row] of found.entries()) owners[row] = owner;
  const all = reshape(graph, gradient, [rows, run]);
  const apart = graph.add('Gather', [all, graph.ints(rowsOf.flat(), [place.within, count])], { axis: 0 });
  const sum = graph.add('ReduceSum', [apart, graph.ints([0])], { keepdims: 0 });
  const withZeros = graph.add('Pad', [sum, graph.ints([0, 0, 1, 0])]);
  return reshape(graph, graph.add('Gather', [withZeros, graph.ints(owners)], { axis: 0 }), shape);
}

/** A convolution's weight for columns of one phase: [O, I, k, taps], `inner` numbers per kernel position. */
export function columnsOfWeight(
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

/** The weight of the data gradient's convolution: inputs and outputs change places, and the taps come in the order given. */
export function dataGradientWeight(
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
