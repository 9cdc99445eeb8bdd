import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import type { NodeOf } from '../../../models/index.ts';
import type { LoweringContext } from '../rule.ts';
import { writeConv } from './write-conv.ts';
import { weightDimsOf, windowOf } from './weight-dims.ts';
import { blockedDims, reshape, sidesOf, transposeTiles } from './tensor.ts';

/**
 * dW[o, i, ky, kx] = sum over images and positions of dy[o, y, x] * x[i, y * stride + ky - pad, x * stride + kx - pad].
 *
 * A convolution once more: dy as it lies is the filters, [O / b, rows, width, N / b, b, b], with rows * b in the place of the
 * channels and a kernel of width by N / b; x with its tiles of b images x b channels transposed is the input, one image per
 * block of channels. Padded by columns, its output is the kernel's columns by b channels; a shift by rows is a copy of x.
 */
export function weightGradient(context: LoweringContext, node: NodeOf<'conv'>, dy: Value): Value {
  const { graph, batch, block } = context;
  const input = context.shapeOf(node.inputs[0]!);
  const [filters, channels, kernel] = weightDimsOf(context, node) as [number, number, number];
  const [inputs, outputs] = [channels / block, filters / block];
  const x = context.valueOf(node.inputs[0]!);
  // A shortcut may read the same x.
  const [height, width] = sidesOf(input);
  const rows = graph.once(`rows of ${x}`, () =>
    reshape(graph, transposeTiles(graph, x, block), [inputs, height, width * batch * block]),
  );
  const products =
    kernel === 3 && windowOf(node).stride === 1 && outputs === 1
      ? rowsTogether(context, node, rows, inputs, dy)
      : rowByRow(context, node, rows, inputs, dy);
  // [I / b, O / b, k * k, b of I, b of O]
  const apart = reshape(graph, products, [inputs, outputs, kernel * kernel * block * block]);
  const swapped = inputs > 1 && outputs > 1 ? graph.add('Transpose', [apart], { perm: [1, 0, 2] }) : apart;
  return reshape(graph, swapped, [filters, channels, kernel, kernel]);
}

/** The rows of x that dy's rows meet under one row of the kernel: shifted, strided, zero outside. */
function rowsUnder(graph: OnnxGraph, rows: Value, height: number, node: NodeOf<'conv'>, tap: number): Value {
  const { stride } = windowOf(node);
  const [outputs] = sidesOf(node.shape);
  const { from } = reach(node, outputs, tap);
  // Of a stride of 2, either the even or the odd rows: half of x, for two taps.
  const first = ((from % stride) + stride) % stride;
  const own = stride === 1 ? rows : graph.once(`${rows} from ${first}`, () => everySecond(graph, rows, first));
  const before = (first - from) / stride;
  const after = outputs - before - Math.ceil((height - first) / stride);
  return before === 0 && after === 0 ? own : graph.add('Pad', [own, graph.ints([0, before, 0, 0, after, 0])]);
}

function everySecond(graph: OnnxGraph, rows: Value, first: number): Value {
  const end = graph.ints([Number.MAX_SAFE_INTEGER]);
  return graph.add('Slice', [rows, graph.ints([first]), end, graph.ints([1]), graph.ints([2])]);
}

/** Where the first and the last of so many outputs meet the input under one tap of the kernel. */
export function reach(node: NodeOf<'conv'>, outputs: number, tap: number): { from: number; to: number } {
  const { pad, stride } = windowOf(node);
  const from = tap - pad;
  return { from, to: from + stride * (outputs - 1) + 1 };
}

interface Product {
  /** [I / b, rows, W * N * b], tiles transposed. */
  readonly x: Value;
  /** Numbers of [filters / b, rows, width * N * b]. */
  readonly dy: Value;
  readonly inputs: number;
  readonly filters: number;
  readonly rows: number;
}

/** One row of the kernel for each `filters`: [I / b * filters / b, columns of the kernel, b * b]. */
function multiply(context: LoweringContext, node: NodeOf<'conv'>, { x, dy, inputs, filters, rows }: Product): Value {
  const { graph, batch, block, shapeOf } = context;
  const { kernel, stride } = windowOf(node);
  const [, columns] = sidesOf(shapeOf(node.inputs[0]!));
  const [, width] = sidesOf(node.shape);
  const { from } = reach(node, width, 0);
  // Negative where the last column of the input meets nothing: then there are as many products too many.
  const right = reach(node, width, kernel - 1).to - columns;
  const product = writeConv(graph, {
    x: reshape(graph, x, [inputs, rows * block, columns, batch]),
    weight: reshape(graph, dy, [filters, rows * block, width, batch / block]),
    window: { kernel: [width, batch / block], pads: [-from, 0, Math.max(0, right), 0], dilations: [stride, block] },
  });
  const all = reshape(graph, product, [(inputs * filters) / block, kernel + Math.max(0, -right), block * block]);
  return right >= 0 ? all : graph.add('Slice', [all, graph.ints([0]), graph.ints([kernel]), graph.ints([1])]);
}

/** A product for each row of the kernel: [I / b * O / b, k * k, b * b]. */
function rowByRow(context: LoweringContext, node: NodeOf<'conv'>, rows: Value, inputs: number, dy: Value): Value {
  const { graph, batch, block, shapeOf } = context;
  const [height] = sidesOf(shapeOf(node.inputs[0]!));
  const [, filters] = blockedDims(node.shape, batch, block);
  const [rowsOfOutput] = sidesOf(node.shape);
  const products = Array.from({ length: windowOf(node).kernel }, (_, tap) => {
    const x = rowsUnder(graph, rows, height, node, tap);
    return multiply(context, node, { x, dy, inputs, filters, rows: rowsOfOutput });
  });
  return products.length === 1 ? products[0]! : graph.add('Concat', products, { axis: 1 });
}

/**
 * One block of filters leaves the kernels half idle. Three copies of dy, each a row further down, make three of it, and
 * one product of all rows of the kernel.
 */
function rowsTogether(context: LoweringContext, node: NodeOf<'conv'>, rows: Value, inputs: number, dy: Value): Value {
  const { graph, batch, block } = context;
  const [, filters, height, width] = blockedDims(node.shape, batch, block);
  const row = width * block;
  const gap = graph.add('Expand', [graph.scalar(0), graph.ints([1, 3 * row])]);
  const flat = reshape(graph, dy, [1, height * row]);
  const lowered = graph.add('Concat', [flat, gap, flat, gap, flat], { axis: 1 });
  const x = graph.add('Pad', [rows, graph.ints([0, 1, 0, 0, 1, 0])]);
  return multiply(context, node, { x, dy: lowered, inputs, filters: 3 * filters, rows: height + 2 });
}
