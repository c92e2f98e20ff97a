import type { ClozeReading, NamedTensor } from '@attune/artifact';
import { withPromptPlaces } from '../data/batches';
import type { Batch } from '../data/example';
import { HeadGroup } from '../heads/head-group';
import { CausalLmHead } from '../heads/causal-lm-head';
import { MaskedLmHead } from '../heads/masked-lm-head';
import { pooling } from '../heads/pooling';
import type { DropoutSource } from '../layers/dropout';
import type { PromptSlot } from '../layers/embeddings';
import type { BranchSlot } from '../layers/encoder-block';
import type { Forward, Pass } from '../layers/layer';
import type { Linear, LinearSlot } from '../layers/linear';
import { Packing } from '../layers/packing';
import type { Parameter } from '../layers/parameter';
import { TransformerEncoder } from '../layers/transformer-encoder';
import { Kernels, release, type Precision, type Tensor } from '../native/kernels';
import { gradientOfEachPattern, meanOverPatterns, withPatterns } from './cloze-batch';
import { ParameterStore } from './parameter-store';
import type { EmbeddingPass, EmbedOptions, MaskedLmPass, NetworkOptions, NetworkPass, TrainableNetwork } from './trainable-network';

const meanState = pooling('mean');

/** An encoder and its heads that learn, with hand-written passes. It owns its parameters; `dispose` frees them. */
export class Network implements TrainableNetwork {
  private readonly encoder: TransformerEncoder;
  private readonly store: ParameterStore;
  readonly kernels: Kernels;
  private readonly exact: Kernels;
  private readonly heads: HeadGroup;
  private readonly words: MaskedLmHead | CausalLmHead | undefined;
  /** What a head that reads a gap puts around texts. */
  private readonly cloze: ClozeReading | undefined;
  private readonly padTokenId: number;
  /** Precision for which weights are prepared. */
  private prepared: Precision | undefined;

  readonly layers: number;
  readonly hiddenSize: number;
  readonly causal: boolean;

  constructor(options: NetworkOptions) {
    const { config, heads, vocabulary } = options;
    this.layers = config.layers;
    this.hiddenSize = config.hiddenSize;
    this.causal = config.causal === true;
    this.padTokenId = config.padTokenId;
    this.kernels = new Kernels(options.precision);
    this.exact = options.precision === 'fp32' ? this.kernels : new Kernels('fp32');
    this.store = new ParameterStore(this.kernels, options);
    const lookup = (name: string): Parameter => this.store.get(name);
    this.encoder = new TransformerEncoder(config, lookup, vocabulary?.rows);
    this.heads = new HeadGroup(this.exact, heads, lookup, {
      ...options.headOptions,
      layerNormEpsilon: config.layerNormEpsilon,
      ...(config.causal && { causal: { padTokenId: config.padTokenId } }),
    });
    this.cloze = heads.at(0)?.cloze;
    if (options.causalLm) this.words = new CausalLmHead(lookup);
    if (options.maskedLm) {
      const ownDecoder = this.store.byName.has('mlm.decoder.weight');
      this.words = new MaskedLmHead(lookup, { config, activation: options.maskedLm, ownDecoder });
    }
  }

  get parameters(): ReadonlyMap<string, Parameter> {
    return this.store.byName;
  }

  get slots(): ReadonlyMap<string, LinearSlot> {
    return this.encoder.slots;
  }

  get branches(): ReadonlyMap<string, BranchSlot> {
    return this.encoder.branches;
  }

  get input(): PromptSlot {
    return this.encoder.input;
  }

  parameter(name: string): Parameter {
    return this.store.get(name);
  }

  train(batch: Batch, dropout: DropoutSource | undefined): NetworkPass {
    if (!this.cloze) return this.trainHeads(batch, dropout);
    const { patterns } = this.cloze;
    const { logits, backward } = this.trainHeads(withPatterns(batch, patterns, this.padTokenId), dropout);
    return {
      logits: meanOverPatterns(logits, patterns.length),
      backward: (gradient) => backward(gradientOfEachPattern(gradient, patterns.length)),
    };
  }

  private trainHeads(batch: Batch, dropout: DropoutSource | undefined): NetworkPass {
    this.prepareFor(this.kernels.precision);
    const pass: Pass = { kernels: this.kernels, dropout, training: true };
    const packing = this.pack(batch, this.kernels);
    const states = this.encoder.forward(packing, pass);
    const { logits, backward } = this.heads.forward(states.y, packing, pass);
    release(states.y);
    return { logits, backward: (gradient) => this.backThrough(states, packing, backward?.(gradient)) };
  }

  trainEmbedding(batch: Batch, dropout: DropoutSource | undefined): EmbeddingPass {
    this.prepareFor(this.kernels.precision);
    const pass: Pass = { kernels: this.kernels, dropout, training: true };
    const packing = this.pack(batch, this.kernels);
    const states = this.encoder.forward(packing, pass);
    const { y, backward: poolBackward } = meanState.forward(states.y, packing, { ...pass, kernels: this.exact });
    const { shape } = y;
    const vectors = y.read();
    release(states.y, y);
    const backward = (gradient: Float32Array): void => {
      const dVectors = this.exact.floats(gradient, shape);
      this.backThrough(states, packing, poolBackward?.(dVectors));
      dVectors.release();
    };
    return { vectors, backward };
  }

  maskedLm(batch: Batch, places: Int32Array): Float32Array {
    const { wordHead } = this;
    return this.infer(batch, (states, packing, pass) => readAndRelease(wordHead.forward(states, places, packing, pass).y));
  }

  maskedLmLosses(batch: Batch, places: Int32Array, words: Int32Array): Float32Array {
    const { wordHead } = this;
    return this.infer(batch, (states, packing, pass) => {
      const scores = wordHead.forward(states, places, packing, pass).y;
      const { losses, gradient } = pass.kernels.sparseCrossEntropy(scores, words);
      release(scores, gradient);
      return readAndRelease(losses);
    });
  }

  trainMaskedLm(batch: Batch, places: Int32Array, words: Int32Array, dropout: DropoutSource | undefined): MaskedLmPass {
    this.prepareFor(this.kernels.precision);
    const pass: Pass = { kernels: this.kernels, dropout, training: true };
    const packing = this.pack(batch, this.kernels);
    const states = this.encoder.forward(packing, pass);
    const scores = this.wordHead.forward(states.y, places, packing, pass);
    const { losses, gradient } = this.kernels.sparseCrossEntropy(scores.y, words);
    release(states.y, scores.y);
    const backward = (factor: number): void => {
      const scale = this.kernels.floats(Float32Array.of(factor), []);
      const dScores = this.kernels.multiply(gradient, scale);
      release(gradient, scale);
      this.backThrough(states, packing, scores.backward?.(dScores));
      dScores.release();
    };
    return { losses: readAndRelease(losses), backward };
  }

  private get wordHead(): MaskedLmHead | CausalLmHead {
    if (!this.words) throw new RangeError('the network has no language-model head');
    return this.words;
  }

  private pack(batch: Batch, kernels: Kernels): Packing {
    return new Packing(kernels, withPromptPlaces(batch, this.input.prompt?.tokens ?? 0, this.padTokenId));
  }

  /** Takes the gradient of the states to the parameters below, and frees it with what the pass kept. */
  private backThrough(states: Forward, packing: Packing, dStates: Tensor | undefined): void {
    const dBelow = dStates && states.backward?.(dStates);
    release(dStates, dBelow);
    packing.dispose();
    this.forgetLists();
  }

  logits(batch: Batch): Float32Array {
    const read = (states: Tensor, packing: Packing, pass: Pass): Float32Array => this.heads.forward(states, packing, pass).logits;
    return this.overPatterns(batch, (rows) => this.infer(rows, read));
  }

  features(batch: Batch, kernels: Kernels = this.exact): Float32Array {
    const read = (states: Tensor, packing: Packing, pass: Pass): Float32Array => this.heads.features(states, packing, pass);
    return this.overPatterns(batch, (rows) => this.infer(rows, read, { kernels }));
  }

  /** What is computed of each row; of texts in several sentences, the mean over these. */
  private overPatterns(batch: Batch, compute: (batch: Batch) => Float32Array): Float32Array {
    if (!this.cloze) return compute(batch);
    const { patterns } = this.cloze;
    return meanOverPatterns(compute(withPatterns(batch, patterns, this.padTokenId)), patterns.length);
  }

  embed(batch: Batch, options: EmbedOptions = {}): Float32Array {
    const read = (states: Tensor, packing: Packing, pass: Pass): Float32Array =>
      readAndRelease(meanState.forward(states, packing, { ...pass, kernels: this.exact }).y);
    return this.infer(batch, read, options);
  }

  private infer(
    batch: Batch,
    read: (states: Tensor, packing: Packing, pass: Pass) => Float32Array,
    { kernels = this.exact, dropout }: EmbedOptions = {},
  ): Float32Array {
    this.prepareFor(kernels.precision);
    const pass: Pass = { kernels, dropout, training: false };
    const packing = this.pack(batch, kernels);
    const states = this.encoder.forward(packing, pass);
    const values = read(states.y, packing, pass);
    release(states.y);
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
    return [...this.encoder.linears, ...this.heads.linears, ...(this.words?.linears ?? [])];
  }

  forgetLearningWeights(): void {
    for (const linear of this.linears) if (linear.learns) linear.forgetWeights();
    this.store.forgetValues((parameter) => parameter.trainable);
  }

  forgetWeights(): void {
    for (const linear of this.linears) linear.forgetWeights();
    this.store.forgetValues();
  }

  toHost(): Map<string, NamedTensor> {
    return this.store.toHost();
  }

  dispose(): void {
    this.forgetWeights();
    this.store.dispose();
    this.kernels.dispose();
    if (this.exact !== this.kernels) this.exact.dispose();
  }
}

function readAndRelease(tensor: Tensor): Float32Array {
  const values = tensor.read();
  tensor.release();
  return values;
}
