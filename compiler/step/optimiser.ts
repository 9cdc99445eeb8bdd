import type { Part, Slot } from '../parameters/stored-layout.ts';
import type { Lowering } from '../lowerings/rule.ts';
import type { OnnxGraph, Value } from '../onnx/onnx-graph.ts';
import type { Readers } from './write-after-read.ts';
import type { HyperValues, PartValues, UpdateOptions } from './step-inputs.ts';

export interface Update extends UpdateOptions {
  readonly hyper: HyperValues;
  /** In the dimensions of the parts, like the parameters. */
  readonly gradients: PartValues;
  readonly params: PartValues;
  /** Which operations besides the update read the parameters, where any do. */
  readonly readers?: Readers | undefined;
}

/**
 * Momentum SGD and the moving average over one part of the parameters. Each may be written where it was read: elementwise
 * operations, of which the last writes the result, and nobody reads the old values later. Of the parameters, which the forward
 * and the backward pass read, `readers` sees to that.
 */
export function updatePart(graph: OnnxGraph, lowering: Lowering, part: Part, update: Update): void {
  const { name, size, decays } = part;
  const { hyper, nesterov, ema } = update;
  const dims = lowering.vectorDims(size);
  const params = update.params.get(name)!;
  const momentumBuffer = graph.input(`velocity.${name}`, dims);
  const pure = update.gradients.get(name)!;
  const gradient = decays ? lowering.addScaled(graph, pure, params, hyper.weightDecay, size) : pure;
  const nextMomentumBuffer = graph.add('Add', [gradient, graph.add('Mul', [momentumBuffer, hyper.momentum])]);
  const step = nesterov
    ? lowering.addScaled(graph, gradient, nextMomentumBuffer, hyper.momentum, size)
    : nextMomentumBuffer;
  const rate = graph.add('Neg', [hyper.learningRate]);
  const factor = update.readers?.after(rate, params, pure) ?? rate;
  const nextParams = lowering.addScaled(graph, params, step, factor, size);
  graph.output(`nextVelocity.${name}`, nextMomentumBuffer, dims);
  graph.output(`nextParams.${name}`, nextParams, dims);
  if (!ema) return;
  const average = graph.input(`ema.${name}`, dims);
  const next = movingAverage(graph, lowering, { old: average, fresh: nextParams, decay: hyper.emaDecay, size });
  graph.output(`nextEma.${name}`, next, dims);
}

/** Named tensors as a flat vector of the given dimensions. */
export function pack(
  graph: OnnxGraph,
  values: ReadonlyMap<string, Value>,
  slots: readonly Slot[],
  dims: readonly number[],
): Value {
  const pieces = slots.map(({ name, size }) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`Expected a value for ${name} after the backward pass, got none`);
    return slots.length === 1 ? value : graph.add('Reshape', [value, graph.ints([size])]);
  });
  const whole = pieces.length === 1 ? pieces[0]! : graph.add('Concat', pieces, { axis: 0 });
  return graph.add('Reshape', [whole, graph.ints(dims)]);
}

/** old + (1 - decay) * (fresh - old): exact where both are equal, at any decay. May be written over `old`. */
export function movingAverage(
  graph: OnnxGraph,
  lowering: Lowering,
  { old, fresh, decay, size }: { old: Value; fresh: Value; decay: Value; size: number },
): Value {
  const step = graph.add('Sub', [graph.scalar(1), decay]);
  return lowering.addScaled(graph, old, graph.add('Sub', [fresh, old]), step, size);
}
