import {
  AttributeType,
  encodeModel,
  type DataTypeCode,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from '../protobuf/onnx-model';
import { floatTensor, int64Tensor } from '../protobuf/tensors';

/** A whole number is written as an integer; wrap a float in `{ float }`. */
export type AttributeValue = number | number[] | string | { float: number };

/** An axis: a fixed size, or the name of a dynamic one. */
export type Axis = number | string;

/**
 * Collects the nodes of one graph in execution order. Values are known by their names, as in the ONNX format; each
 * method that makes a value returns its name.
 */
export class GraphBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers = new Map<string, OnnxTensor>();
  private readonly inputs: OnnxValueInfo[] = [];
  private readonly outputs: OnnxValueInfo[] = [];

  constructor(private readonly name: string) {}

  input(name: string, elementType: DataTypeCode, axes: Axis[]): string {
    this.inputs.push(valueInfo(name, elementType, axes));
    return name;
  }

  /** Declares the value of that name, made by a node, as an output of the graph. */
  output(name: string, elementType: DataTypeCode, axes: Axis[]): void {
    this.outputs.push(valueInfo(name, elementType, axes));
  }

  initializer(tensor: OnnxTensor): string {
    this.initializers.set(tensor.name, tensor);
    return tensor.name;
  }

  /** A small integer tensor `[values.length]`; equal ones are stored once. */
  integers(...values: number[]): string {
    return this.initializer(int64Tensor(`integers_${values.join('_')}`, [values.length], values));
  }

  /** A float scalar; equal ones are stored once. */
  scalar(value: number): string {
    return this.initializer(floatTensor(`scalar_${value}`, [], Float32Array.of(value)));
  }

  /** Adds a node with one output, whose name is the node's. */
  node(operator: string, name: string, inputs: string[], attributes: Record<string, AttributeValue> = {}): string {
    return this.nodeWithOutputs(operator, name, inputs, [name], attributes)[0];
  }

  nodeWithOutputs(
    operator: string,
    name: string,
    inputs: string[],
    outputs: string[],
    attributes: Record<string, AttributeValue> = {},
  ): string[] {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.nodes.push({ opType: operator, name, input: inputs, output: outputs, attribute });
    return outputs;
  }

  /** The model file's bytes, without the nodes and tensors that no output needs. */
  build(options: { opset: number; irVersion: number }): Uint8Array {
    const needed = new Set(this.outputs.map((output) => output.name));
    const nodes: OnnxNode[] = [];
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const node = this.nodes[i];
      if (!node.output.some((name) => needed.has(name))) continue;
      nodes.unshift(node);
      for (const name of node.input) needed.add(name);
    }
    return encodeModel({
      irVersion: options.irVersion,
      producerName: 'attune',
      opsetImport: [{ domain: '', version: options.opset }],
      graph: {
        name: this.name,
        node: nodes,
        initializer: [...this.initializers.values()].filter((tensor) => needed.has(tensor.name)),
        input: this.inputs,
        output: this.outputs,
      },
    });
  }
}

function valueInfo(name: string, elemType: DataTypeCode, axes: Axis[]): OnnxValueInfo {
  const dim = axes.map((axis) => (typeof axis === 'number' ? { dimValue: axis } : { dimParam: axis }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function attributeOf(name: string, value: AttributeValue): OnnxAttribute {
  if (Array.isArray(value)) return { name, type: AttributeType.ints, ints: value };
  if (typeof value === 'string') return { name, type: AttributeType.string, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') return { name, type: AttributeType.int, i: value };
  return { name, type: AttributeType.float, f: value.float };
}
