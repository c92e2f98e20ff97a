import { DataType, decodeModel, encodeModel, type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor } from '../protobuf/onnx-model';
import { floatTensor, floatValues, int8Tensor } from '../protobuf/tensors';
import { quantizeColumns, quantizeRows } from './quantize-weights';

export interface QuantizationOptions {
  /**
   * Bits of the weights of matrix products. With 7, the sums of pairs of products that processors without VNNI
   * form in 16 bits cannot overflow; default 7.
   */
  weightBits?: 7 | 8;
  /** Whether embedding tables become int8 too, with a scale a row; default true. */
  embeddings?: boolean;
  /** Tables smaller than this many values stay as they are; default 65,536. */
  smallestTable?: number;
  /** Which nodes stay in float32, by name; default those of the head, which cost little. */
  exclude?: (nodeName: string) => boolean;
}

/**
 * An int8 copy of a model with float32 weights. Each matrix product with a constant weight becomes
 * `MatMulInteger` of activations quantised when the model runs (uint8, one scale a tensor) and weights quantised
 * here (int8, symmetric, one scale an output channel), in the form that ONNX Runtime fuses when it loads a model.
 * Embedding tables become int8 with one scale a row.
 *
 * All activations of a batch share their scale, so what the copy says of a row depends, by the error of
 * quantisation, on the rows beside it.
 */
export function quantizeDynamic(bytes: Uint8Array, options: QuantizationOptions = {}): Uint8Array {
  const model = decodeModel(bytes);
  const rewriter = new Rewriter(model.graph, options);
  return encodeModel({ ...model, graph: rewriter.rewrite() } satisfies OnnxModel);
}

class Rewriter {
  private readonly weights: Map<string, OnnxTensor>;
  private readonly created = new Map<string, OnnxTensor>();
  private readonly activations = new Set<string>();
  private readonly nodes: OnnxNode[] = [];

  constructor(
    private readonly graph: OnnxGraph,
    private readonly options: QuantizationOptions,
  ) {
    this.weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  }

  rewrite(): OnnxGraph {
    for (const node of this.graph.node) {
      const weight = this.weightOf(node);
      if (weight === undefined) this.nodes.push(node);
      else if (node.opType === 'MatMul') this.rewriteProduct(node, weight);
      else this.rewriteLookup(node, weight);
    }
    const used = new Set(this.nodes.flatMap((node) => node.input));
    const initializer = [...this.graph.initializer, ...this.created.values()].filter((tensor) => used.has(tensor.name));
    return { ...this.graph, node: this.nodes, initializer };
  }

  /** The float matrix that a node reads and that is to be quantised. */
  private weightOf(node: OnnxNode): OnnxTensor | undefined {
    const { embeddings = true, smallestTable = 65_536, exclude = (name: string) => name.startsWith('head.') } = this.options;
    if (exclude(node.name)) return undefined;
    const weight = this.weights.get(node.opType === 'MatMul' ? node.input[1] : node.opType === 'Gather' && embeddings ? node.input[0] : '');
    if (weight === undefined || weight.dataType !== DataType.float || weight.dims.length !== 2) return undefined;
    if (node.opType === 'Gather' && weight.dims[0] * weight.dims[1] < smallestTable) return undefined;
    return weight;
  }

  private rewriteProduct(node: OnnxNode, weight: OnnxTensor): void {
    const activation = node.input[0];
    if (!this.activations.has(activation)) {
      this.activations.add(activation);
      this.add(
        'DynamicQuantizeLinear',
        [activation],
        ['quantized', 'scale', 'zero_point'].map((part) => `${activation}/${part}`),
        activation,
      );
    }
    const quantized = `${weight.name}/quantized`;
    if (!this.created.has(quantized)) {
      const [rows, columns] = weight.dims;
      const { values, scales } = quantizeColumns(floatValues(weight), rows, columns, this.options.weightBits ?? 7);
      this.store(int8Tensor(quantized, weight.dims, values));
      this.store(floatTensor(`${weight.name}/scale`, [columns], scales));
      this.store(int8Tensor(`${weight.name}/zero_point`, [columns], new Int8Array(columns)));
    }
    const product = `${node.name}/integers`;
    this.add(
      'MatMulInteger',
      [`${activation}/quantized`, quantized, `${activation}/zero_point`, `${weight.name}/zero_point`],
      [product],
      node.name,
    );
    this.nodes.push({
      opType: 'Cast',
      name: `${node.name}/Cast`,
      input: [product],
      output: [`${product}/float`],
      attribute: [{ name: 'to', type: 2, i: DataType.float }],
    });
    this.add('Mul', [`${activation}/scale`, `${weight.name}/scale`], [`${node.name}/scale`], node.name, 'Scale');
    this.add('Mul', [`${product}/float`, `${node.name}/scale`], node.output, node.name);
  }

  private rewriteLookup(node: OnnxNode, table: OnnxTensor): void {
    const [rows, columns] = table.dims;
    const { values, scales } = quantizeRows(floatValues(table), rows, columns);
    const quantized = this.store(int8Tensor(`${table.name}/quantized`, table.dims, values));
    const scale = this.store(floatTensor(`${table.name}/scale`, [rows, 1], scales));
    const gathered = `${node.name}/quantized`;
    this.nodes.push({ ...node, input: [quantized, node.input[1]], output: [gathered] });
    this.add('Gather', [scale, node.input[1]], [`${node.name}/scale`], node.name, 'Scale');
    this.nodes.push({
      opType: 'Cast',
      name: `${node.name}/Cast`,
      input: [gathered],
      output: [`${gathered}/float`],
      attribute: [{ name: 'to', type: 2, i: DataType.float }],
    });
    this.add('Mul', [`${gathered}/float`, `${node.name}/scale`], node.output, node.name);
  }

  private store(tensor: OnnxTensor): string {
    this.created.set(tensor.name, tensor);
    return tensor.name;
  }

  private add(opType: string, input: string[], output: string[], origin: string, suffix = opType): void {
    this.nodes.push({ opType, name: `${origin}/${suffix}`, input, output, attribute: [] });
  }
}
