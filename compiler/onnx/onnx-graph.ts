import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  encodeModel,
  type AttributeMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueMessage,
} from './proto.ts';

/** The name of a value in an ONNX graph. */
export type Value = string;

export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

/** Attributes that ONNX declares as floats; every other number is an integer. */
const FLOAT_ATTRIBUTES: ReadonlySet<string> = new Set(['epsilon', 'alpha', 'beta', 'value_float']);

/** Opset 18: the first with axes as inputs for every reduction and ScatterElements by addition. */
const OPSET = 18;
/** IR version 8 goes with opset 18. */
const IR_VERSION = 8;

/** Writes an ONNX graph, node by node. Constants are shared by value. */
export class OnnxGraph {
  #nodes: NodeMessage[] = [];
  /** Where `early` writes. */
  #earlyPlace = 0;
  readonly #constants = new Map<string, TensorMessage>();
  readonly #inputs: ValueMessage[] = [];
  readonly #outputs: ValueMessage[] = [];
  /** What `defer` promised: how to write it, or the value that it was written to. */
  readonly #deferred = new Map<Value, () => Value>();
  readonly #once = new Map<string, Value>();
  /** Outputs of operations. */
  readonly #made = new Set<Value>();
  /** Names of outputs, by the values that they were known as while the graph was written. */
  readonly #publicNames = new Map<Value, string>();
  #counter = 0;

  /** What has been written so far. */
  get nodes(): readonly NodeMessage[] {
    return this.#nodes;
  }

  /** A graph input. */
  input(name: string, shape: readonly (number | string)[], type: keyof typeof DATA_TYPE = 'float'): Value {
    this.#inputs.push(valueInfo(name, shape, DATA_TYPE[type]));
    return name;
  }

  /** Gives a value its public name: the operation that makes it writes the output itself, without a copy. */
  output(
    name: string,
    value: Value,
    shape: readonly (number | string)[],
    type: keyof typeof DATA_TYPE = 'float',
  ): void {
    let source = this.#written(value);
    if (!this.#made.has(source) || this.#publicNames.has(source)) source = this.add('Identity', [source]);
    this.#publicNames.set(source, name);
    this.#outputs.push(valueInfo(name, shape, DATA_TYPE[type]));
  }

  /** One operation with one output. */
  add(opType: string, inputs: readonly Value[], attributes: Attributes = {}, domain = ''): Value {
    return this.addMany(opType, inputs, 1, attributes, domain)[0]!;
  }

  /** One operation with several outputs. */
  addMany(
    opType: string,
    inputs: readonly Value[],
    outputs: number,
    attributes: Attributes = {},
    domain = '',
  ): Value[] {
    const input = inputs.map((value) => this.#written(value));
    const names = Array.from({ length: outputs }, () => `${opType}_${this.#counter++}`);
    for (const name of names) this.#made.add(name);
    this.#nodes.push({
      opType,
      domain,
      input,
      output: names,
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    });
    return names;
  }

  /**
   * A value whose operations are written when something reads it: once, or never. A rule that fuses it into another operation
   * instead keeps it out of the file.
   */
  defer(write: () => Value): Value {
    const name = `deferred_${this.#counter++}`;
    this.#deferred.set(name, write);
    return name;
  }

  /** What was written when this was first asked for: for what several rules make of one value. */
  once(what: string, write: () => Value): Value {
    const known = this.#once.get(what) ?? write();
    this.#once.set(what, known);
    return known;
  }

  /** From now on `early` writes here: all that it may read stands before. */
  markEarly(): void {
    this.#earlyPlace = this.#nodes.length;
  }

  /**
   * Writes operations that read nothing but what stood in the file at `markEarly` to that place. ONNX Runtime takes, of the
   * operands that an operation waits for, the one whose operation stands last in the file first: what is made of the
   * parameters alone (rotated filters, say) would be made long before it is needed, and held until then, if it stood behind
   * what the other operand is made of.
   */
  early<T>(write: () => T): T {
    const nodes = this.#nodes;
    this.#nodes = [];
    try {
      return write();
    } finally {
      nodes.splice(this.#earlyPlace, 0, ...this.#nodes);
      this.#earlyPlace += this.#nodes.length;
      this.#nodes = nodes;
    }
  }

  floats(values: readonly number[] | Float32Array, dims: readonly number[] = [values.length]): Value {
    return this.#constant(DATA_TYPE.float, dims, Float32Array.from(values));
  }

  /** A constant with a name of its own, not shared: a network's weight. */
  tensor(name: string, values: Float32Array, dims: readonly number[]): Value {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#constants.set(`tensor:${name}`, { name, dataType: DATA_TYPE.float, dims, rawData });
    return name;
  }

  scalar(value: number): Value {
    return this.floats([value], []);
  }

  ints(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.#constant(DATA_TYPE.int64, dims, BigInt64Array.from(values, BigInt));
  }

  /** The bytes of the ONNX file. */
  encode(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const domains = new Set(this.#nodes.map((node) => node.domain));
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: 'scalesweep',
      opsetImport: [...domains].map((domain) => ({ domain, version: domain === '' ? OPSET : 1 })),
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: 'scalesweep',
        node: this.#nodes.map((node) => ({
          ...node,
          input: node.input.map((value) => this.#publicNames.get(value) ?? value),
          output: node.output.map((value) => this.#publicNames.get(value) ?? value),
        })),
        initializer: [...this.#constants.values()],
        input: this.#inputs,
        output: this.#outputs,
      },
    });
  }

  #written(value: Value): Value {
    const write = this.#deferred.get(value);
    if (write === undefined) return value;
    const written = this.#written(write());
    this.#deferred.set(value, () => written);
    return written;
  }

  #constant(dataType: number, dims: readonly number[], array: Float32Array | BigInt64Array): Value {
    const rawData = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const key = `${dataType}:${dims.join('x')}:${Buffer.from(rawData).toString('base64')}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known.name;
    const tensor: TensorMessage = { name: `constant_${this.#constants.size}`, dataType, dims, rawData };
    this.#constants.set(key, tensor);
    return tensor.name;
  }
}

function attribute(name: string, value: number | string | readonly number[]): AttributeMessage {
  if (typeof value === 'string') return { name, type: ATTRIBUTE_TYPE.string, s: Buffer.from(value) };
  if (typeof value === 'number') {
    return FLOAT_ATTRIBUTES.has(name)
      ? { name, type: ATTRIBUTE_TYPE.float, f: value }
      : { name, type: ATTRIBUTE_TYPE.int, i: value };
  }
  return { name, type: ATTRIBUTE_TYPE.ints, ints: value };
}

function valueInfo(name: string, shape: readonly (number | string)[], elemType: number): ValueMessage {
  const dim = shape.map((side) => (typeof side === 'number' ? { dimValue: side } : { dimParam: side }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
