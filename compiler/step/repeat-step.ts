import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  decodeModel,
  encodeModel,
  type GraphMessage,
  type ValueMessage,
} from '../onnx/proto.ts';
import { SUCCESSOR } from './vectors.ts';

/** Inputs of which every step has its own; all others are carried from step to step. */
const PER_STEP: ReadonlySet<string> = new Set(['image', 'label', 'hyper', 'dropout', 'dropPath']);
/** Outputs of which every step has its own. */
const PER_STEP_OUTPUTS = ['loss', 'correct'] as const;

/**
 * Several steps as one ONNX file: a `Loop` around a step, its parameters carried from one to the next. A provider whose tensors
 * live on the host then copies them once a call and not once a step.
 *
 * Inputs and outputs are called as in the step. Those that every step has of its own get a first dimension `steps`; `count`, an
 * int64 scalar, says how many there are.
 */
export function repeatStep(step: Uint8Array): Uint8Array {
  const model = decodeModel(step);
  const { graph } = model;
  const carried = graph.input.filter(({ name }) => !PER_STEP.has(name));
  const perStep = graph.input.filter(({ name }) => PER_STEP.has(name));
  const outputs = new Map(graph.output.map((value) => [value.name, value]));
  const successors = carried.map(({ name }) => outputs.get(successorOf(name))!);
  const own = PER_STEP_OUTPUTS.map((name) => outputs.get(name)!);
  const body = inner(graph, perStep, carried, [...successors, ...own]);
  const loop = {
    opType: 'Loop',
    domain: '',
    input: ['count', '', ...carried.map(({ name }) => name)],
    output: [...successors, ...own].map(({ name }) => name),
    attribute: [{ name: 'body', type: ATTRIBUTE_TYPE.graph, g: body }],
  };
  return encodeModel({
    ...model,
    graph: {
      name: 'steps',
      node: [loop],
      initializer: [],
      input: [typed('count', DATA_TYPE.int64, []), ...perStep.map(stacked), ...carried],
      output: [...successors, ...own.map(stacked)],
    },
  });
}

/** The step as a loop's body. Names must differ from those outside, so all of them are prefixed. */
function inner(
  graph: GraphMessage,
  perStep: readonly ValueMessage[],
  carried: readonly ValueMessage[],
  results: readonly ValueMessage[],
): GraphMessage {
  const rename = (name: string): string => (name === '' ? '' : `step/${name}`);
  const renamed = (value: ValueMessage): ValueMessage => ({ ...value, name: rename(value.name) });
  const pick = perStep.map(({ name }) => ({
    opType: 'Gather',
    domain: '',
    input: [name, 'step/number'],
    output: [rename(name)],
    attribute: [{ name: 'axis', type: ATTRIBUTE_TYPE.int, i: 0 }],
  }));
  const goOn = { opType: 'Identity', domain: '', input: ['step/isWanted'], output: ['step/goOn'], attribute: [] };
  return {
    name: 'step',
    node: [
      ...pick,
      goOn,
      ...graph.node.map((node) => ({ ...node, input: node.input.map(rename), output: node.output.map(rename) })),
    ],
    initializer: graph.initializer.map((tensor) => ({ ...tensor, name: rename(tensor.name) })),
    input: [
      typed('step/number', DATA_TYPE.int64, []),
      typed('step/isWanted', DATA_TYPE.bool, []),
      ...carried.map(renamed),
    ],
    output: [typed('step/goOn', DATA_TYPE.bool, []), ...results.map(renamed)],
  };
}

function typed(name: string, elemType: number, dim: ValueMessage['type']['tensorType']['shape']['dim']): ValueMessage {
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function stacked({ name, type: { tensorType } }: ValueMessage): ValueMessage {
  return typed(name, tensorType.elemType, [{ dimParam: 'steps' }, ...tensorType.shape.dim]);
}

/** `params.stem.weight` becomes `nextParams.stem.weight`. */
function successorOf(name: string): string {
  const [vector = ''] = name.split('.', 1);
  return SUCCESSOR[vector as keyof typeof SUCCESSOR] + name.slice(vector.length);
}
