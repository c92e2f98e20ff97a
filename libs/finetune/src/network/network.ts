import { encoderParameterShapes, type EncoderConfig, type HeadShape, type NamedTensor } from '@attune/artifact';
import type { Batch } from '../data/example';
import { ClassificationHead, type HeadOptions } from '../heads/classification-head';
import { pooling } from '../heads/pooling';
import type { DropoutSource } from '../layers/dropout';
import type { Pass } from '../layers/layer';
import type { Linear } from '../layers/linear';
import { Packing } from '../layers/packing';
import { Parameter } from '../layers/parameter';
import { TransformerEncoder } from '../layers/transformer-encoder';
import { Kernels, release, type Precision, type Tensor } from '../native/kernels';
import type { VocabularySubset } from './vocabulary-subset';

export interface NetworkOptions {
  config: EncoderConfig;
  head: HeadShape;
  headOptions: HeadOptions;
  /** Encoder and head parameters by their names in memory. */
  weights: Map<string, NamedTensor>;
  /** Of the products of training passes; other passes are float32. */
  precision: Precision;
  /** Tokens that will ever be looked up; without it the whole vocabulary is held. */
  vocabulary?: VocabularySubset;
}

/** Logits of a batch, `[rows, outputs]`, and the way back from their gradient into the parameters. */
export interface NetworkPass {
  logits: Float32Array;
  /** Collects gradients in the parameters; to be called once. */
  backward(gradient: Float32Array): void;
}

const WORDS = 'embeddings.word_embeddings.weight';

/** Outputs of a head. */
export function headOutputs(head: HeadShape): number {
  return head.task === 'regression' ? 1 : head.labels.length;
}

/** Names of a head's parameters and their shapes. */
export function headParameterShapes(config: EncoderConfig, head: HeadShape): Map<string, number[]> {
  const hidden = config.hiddenSize;
  const shapes = new Map<string, number[]>();
  if (head.pooling === 'pooler') {
    shapes.set('head.dense.weight', [hidden, hidden]);
    shapes.set('head.dense.bias', [hidden]);
  }
  shapes.set('head.output.weight', [headOutputs(head), hidden]);
  shapes.set('head.output.bias', [headOutputs(head)]);
  return shapes;
}

/** An encoder and a head that learn, with hand-written passes. It owns its parameters; `dispose` frees them. */
export class Network {
  readonly parameters = new Map<string, Parameter>();
  readonly encoder: TransformerEncoder;
  readonly kernels: Kernels;
  private readonly exact: Kernels;
  private readonly head: ClassificationHead;
  /** Precision for which weights are prepared. */
  private prepared: Precision | undefined;

  constructor(private readonly options: NetworkOptions) {
    const { config, head, vocabulary } = options;
    this.kernels = new Kernels(options.precision);
    this.exact = options.precision === 'fp32' ? this.kernels : new Kernels('fp32');
    for (const [name, shape] of [...encoderParameterShapes(config), ...headParameterShapes(config, head)]) {
      this.parameters.set(name, this.makeParameter(name, shape));
    }
    const lookup = (name: string): Parameter => this.parameter(name);
    this.encoder = new TransformerEncoder(config, lookup, vocabulary?.rows);
    this.head = new ClassificationHead(this.exact, head, lookup, options.headOptions);
  }

  /** Blocks of the encoder. */
  get layers(): number {
    return this.options.config.layers;
  }

  /** @throws RangeError for a name that the network does not have */
  parameter(name: string): Parameter {
    const parameter = this.parameters.get(name);
    if (!parameter) throw new RangeError(`the network has no parameter ${name}`);
    return parameter;
  }

  private makeParameter(name: string, shape: number[]): Parameter {
    const { weights, vocabulary } = this.options;
    const source = weights.get(name);
    if (!source) throw new RangeError(`no weights for ${name}`);
    if (name !== WORDS || !vocabulary) return new Parameter(this.kernels, name, shape, source.values);
    return new Parameter(this.kernels, name, [vocabulary.size, shape[1]], vocabulary.take(source.values, shape[1]));
  }

  /** A pass that will be followed by `backward`. */
  train(batch: Batch, dropout: DropoutSource | undefined): NetworkPass {
    this.prepareFor(this.kernels.precision);
    const pass: Pass = { kernels: this.kernels, dropout, training: true };
    const packing = new Packing(this.kernels, batch);
    const states = this.encoder.forward(packing, pass);
    const output = this.head.forward(states.y, packing, pass);
    const logits = output.y.read();
    const { shape } = output.y;
    release(states.y, output.y);
    const backward = (gradient: Float32Array): void => {
      const dLogits = this.kernels.floats(gradient, shape);
      const dStates = output.backward?.(dLogits);
      const dBelow = dStates && states.backward?.(dStates);
      release(dLogits, dStates, dBelow);
      packing.dispose();
      this.forgetLists();
    };
    return { logits, backward };
  }

  /** Logits `[rows, outputs]` in float32, nothing dropped. */
  logits(batch: Batch): Float32Array {
    return this.infer(batch, (states, packing, pass) => this.head.forward(states, packing, pass).y);
  }

  /** What the output layer reads, `[rows, hidden]`, nothing dropped; exact in float32, or in the precision of training. */
  features(batch: Batch, kernels: Kernels = this.exact): Float32Array {
    return this.infer(batch, (states, packing, pass) => this.head.features(states, packing, pass).y, kernels);
  }

  /** Means of the rows' last hidden states, `[rows, hidden]`. */
  means(batch: Batch): Float32Array {
    return this.infer(batch, (states, packing, pass) => pooling('mean').forward(states, packing, pass).y);
  }

  private infer(batch: Batch, read: (states: Tensor, packing: Packing, pass: Pass) => Tensor, kernels = this.exact): Float32Array {
    this.prepareFor(kernels.precision);
    const pass: Pass = { kernels, training: false };
    const packing = new Packing(kernels, batch);
    const states = this.encoder.forward(packing, pass);
    const result = read(states.y, packing, pass);
    const values = result.read();
    release(states.y, result);
    packing.dispose();
    this.forgetLists();
    return values;
  }

  private forgetLists(): void {
    this.kernels.forgetLists();
    this.exact.forgetLists();
  }

  private prepareFor(precision: Precision): void {
    if (this.prepared !== precision) this.forgetWeights();
    this.prepared = precision;
  }

  private get linears(): Linear[] {
    return [...this.encoder.linears, ...this.head.linears];
  }

  /** Lets go of what was prepared from the weights that learn; to be called before an optimiser changes them. */
  forgetLearningWeights(): void {
    for (const linear of this.linears) if (linear.learns) linear.forgetWeights();
    for (const parameter of this.parameters.values()) if (parameter.trainable) parameter.forgetValue();
  }

  /** Lets go of everything prepared from the weights; to be called before they change in any other way. */
  forgetWeights(): void {
    for (const linear of this.linears) linear.forgetWeights();
    for (const parameter of this.parameters.values()) parameter.forgetValue();
  }

  /** Copies of all parameters, the whole vocabulary's word table among them. */
  toHost(): Map<string, NamedTensor> {
    const result = new Map<string, NamedTensor>();
    for (const [name, parameter] of this.parameters) result.set(name, this.whole(name, parameter.toHost()));
    return result;
  }

  private whole(name: string, tensor: NamedTensor): NamedTensor {
    const { vocabulary, weights } = this.options;
    const source = weights.get(name);
    if (name !== WORDS || !vocabulary || !source) return tensor;
    const width = tensor.shape[1];
    return { shape: [...source.shape], values: vocabulary.merge(source.values, tensor.values, width) };
  }

  dispose(): void {
    this.forgetWeights();
    for (const parameter of this.parameters.values()) parameter.dispose();
    this.kernels.dispose();
    if (this.exact !== this.kernels) this.exact.dispose();
  }
}
