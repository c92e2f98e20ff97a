import {
  AttributeType,
  DataType,
  decodeModel,
  encodeModel,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
} from '../protobuf/onnx-model';
import { floatTensor, floatValues, int64Tensor, int8Tensor, uint8Tensor } from '../protobuf/tensors';
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

/** The first set of operators whose `QuantizeLinear` takes a scale a block, and the format version that belongs to it. */
const OPSET = 21;
const IR_VERSION = 10;
/** Operators that ONNX Runtime adds to the standard's. */
const CONTRIBUTED = 'com.microsoft';

/** Activations become uint8 around this zero, at most 127 away from it. */
const ZERO_POINT = 128;
const LARGEST = 127;
/** Keeps the scale of a token of zeros above zero. */
const SMALLEST_MAGNITUDE = 1e-12;

/**
 * An int8 copy of a model with float32 weights. Each matrix product with a constant weight becomes a product of integers:
 * activations quantised when the model runs (uint8, one scale a token: its largest magnitude, as in ZeroQuant, Yao et al. 2022)
 * and weights quantised here (int8, symmetric, one scale an output channel). Embedding tables become int8 with one scale a row.
 *
 * Since no two tokens share a scale, what the copy says of a row depends neither on the rows beside it nor on its padding.
 */
export function quantizeDynamic(bytes: Uint8Array, options: QuantizationOptions = {}): Uint8Array {
  const model = decodeModel(bytes);
  const opsetImport = [
    { domain: '', version: Math.max(OPSET, ...model.opsetImport.filter(({ domain }) => !domain).map(({ version }) => version)) },
    ...model.opsetImport.filter(({ domain }) => domain && domain !== CONTRIBUTED),
    { domain: CONTRIBUTED, version: 1 },
  ];
  const irVersion = Math.max(IR_VERSION, model.irVersion);
  return encodeModel({ ...model, irVersion, opsetImport, graph: new Rewriter(model.graph, options).rewrite() });
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
    const { embeddings = true, smallestTable = 65_536, exclude = (name: string) => /^heads?\./.test(name) } = this.options;
    if (exclude(node.name)) return undefined;
    const weight = this.weights.get(node.opType === 'MatMul' ? node.input[1] : node.opType === 'Gather' && embeddings ? node.input[0] : '');
    if (weight === undefined || weight.dataType !== DataType.float || weight.dims.length !== 2) return undefined;
    if (node.opType === 'Gather' && weight.dims[0] * weight.dims[1] < smallestTable) return undefined;
    return weight;
  }

  private rewriteProduct(node: OnnxNode, weight: OnnxTensor): void {
    const [rows, columns] = weight.dims;
    const { quantized: activation, scale } = this.quantizeActivation(node.input[0], rows);
    const quantized = `${weight.name}/quantized`;
    if (!this.created.has(quantized)) {
      const { values, scales } = quantizeColumns(floatValues(weight), rows, columns, this.options.weightBits ?? 7);
      this.store(int8Tensor(quantized, weight.dims, values));
      this.store(floatTensor(`${weight.name}/scale`, [columns], scales));
    }
    // The operator takes one scale for all activations; that of each token multiplies its result.
    const product = this.add(
      'MatMulIntegerToFloat',
      [activation, quantized, this.scalar(1), `${weight.name}/scale`, this.zeroPoint([])],
      `${node.name}/product`,
      { domain: CONTRIBUTED },
    );
    this.add('Mul', [product, scale], node.output[0]);
  }

  /** Quantises an activation `[…, width]`, once for all products that read it; its scales are `[…, 1]`. */
  private quantizeActivation(activation: string, width: number): { quantized: string; scale: string } {
    const quantized = `${activation}/quantized`;
    const scale = `${activation}/scale`;
    if (this.activations.has(activation)) return { quantized, scale };
    this.activations.add(activation);
    const magnitudes = this.add('Abs', [activation], `${activation}/magnitudes`);
    const lastAxis = this.store(int64Tensor('quantization/last_axis', [1], [-1]));
    const largest = this.add('ReduceMax', [magnitudes, lastAxis], `${activation}/largest`, { attribute: [integer('keepdims', 1)] });
    const positive = this.add('Max', [largest, this.scalar(SMALLEST_MAGNITUDE)], `${activation}/positive`);
    this.add('Mul', [positive, this.scalar(1 / LARGEST)], scale);
    const shape = this.add('Shape', [scale], `${activation}/scale_shape`);
    const zeroPoints = this.add('Expand', [this.zeroPoint([1]), shape], `${activation}/zero_point`);
    // One block is a token.
    const attribute = [integer('axis', -1), integer('block_size', width)];
    this.add('QuantizeLinear', [activation, scale, zeroPoints], quantized, { attribute });
    return { quantized, scale };
  }

  private rewriteLookup(node: OnnxNode, table: OnnxTensor): void {
    const [rows, columns] = table.dims;
    const { values, scales } = quantizeRows(floatValues(table), rows, columns);
    const quantized = this.store(int8Tensor(`${table.name}/quantized`, table.dims, values));
    const scale = this.store(floatTensor(`${table.name}/scale`, [rows, 1], scales));
    const gathered = `${node.name}/quantized`;
    this.nodes.push({ ...node, input: [quantized, node.input[1]], output: [gathered] });
    this.add('Gather', [scale, node.input[1]], `${node.name}/scale`);
    this.add('Cast', [gathered], `${gathered}/float`, { attribute: [integer('to', DataType.float)] });
    this.add('Mul', [`${gathered}/float`, `${node.name}/scale`], node.output[0]);
  }

  private scalar(value: number): string {
    return this.store(floatTensor(`quantization/${value}`, [], Float32Array.of(value)));
  }

  private zeroPoint(dims: number[]): string {
    return this.store(uint8Tensor(`quantization/zero_point_${dims.length}`, dims, Uint8Array.of(ZERO_POINT)));
  }

  private store(tensor: OnnxTensor): string {
    this.created.set(tensor.name, tensor);
    return tensor.name;
  }

  /** Adds a node with one output, and returns its name. */
  private add(
    opType: string,
    input: string[],
    output: string,
    { attribute = [], domain }: Pick<Partial<OnnxNode>, 'attribute' | 'domain'> = {},
  ): string {
    this.nodes.push({ opType, name: `${output}/${opType}`, input, output: [output], attribute, ...(domain !== undefined && { domain }) });
    return output;
  }
}

function integer(name: string, value: number): OnnxAttribute {
  return { name, type: AttributeType.int, i: value };
}
