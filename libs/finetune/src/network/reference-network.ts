import { headPrefix, type ClozePattern, type NamedTensor } from '@attune/artifact';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { withPromptPlaces } from '../data/batches';
import type { Batch } from '../data/example';
import {
  referenceCausalLm,
  referenceEncoder,
  referenceHead,
  referenceMaskedLm,
  referencePooling,
  type Dropout,
} from '../encoders/reference-forward';
import type { DropoutMask, DropoutSource } from '../layers/dropout';
import type { PromptSlot } from '../layers/embeddings';
import type { BranchSlot } from '../layers/encoder-block';
import type { LinearSlot } from '../layers/linear';
import type { Parameter } from '../layers/parameter';
import { Kernels } from '../native/kernels';
import { adoptTensor } from '../native/adopt-tensor';
import { loadTensorFlow } from '../native/tensorflow';
import { gradientOfEachPattern, meanOverPatterns, withPatterns } from './cloze-batch';
import { ParameterStore } from './parameter-store';
import type { EmbeddingPass, EmbedOptions, MaskedLmPass, NetworkOptions, NetworkPass, TrainableNetwork } from './trainable-network';

type Tensor = TensorFlow.Tensor;

const isBelowHeads = ({ name }: Parameter): boolean => !/^heads?\./.test(name);

/**
 * The network in plain tfjs operations, its gradients by tfjs' own tape: what `Network` is held to, and what trains a family
 * of encoders that has no hand-written passes. Slower, always float32, and the forward pass runs again for the way back.
 */
export class ReferenceNetwork implements TrainableNetwork {
  readonly kernels = new Kernels('fp32');
  readonly slots = new Map<string, LinearSlot>();
  readonly branches = new Map<string, BranchSlot>();
  readonly input: PromptSlot = {};
  private readonly tf = loadTensorFlow();
  private readonly store: ParameterStore;
  /** The weights are in the store now. */
  private readonly options: Omit<NetworkOptions, 'weights'>;

  constructor({ weights, ...options }: NetworkOptions) {
    this.options = options;
    this.store = new ParameterStore(this.kernels, { ...options, weights });
    for (const name of this.store.byName.keys()) {
      const layer = /^(encoder\.layer\..*)\.weight$/.exec(name)?.[1];
      if (layer && !layer.endsWith('LayerNorm')) {
        this.slots.set(layer, { name: layer, weight: this.store.get(`${layer}.weight`), bias: this.store.get(`${layer}.bias`) });
      }
    }
    for (let layer = 0; layer < (this.causal ? 0 : this.layers); layer++) {
      for (const part of ['attention.output', 'output']) {
        const name = `encoder.layer.${layer}.${part}`;
        this.branches.set(name, { name });
      }
    }
  }

  get parameters(): ReadonlyMap<string, Parameter> {
    return this.store.byName;
  }

  get layers(): number {
    return this.options.config.layers;
  }

  get hiddenSize(): number {
    return this.options.config.hiddenSize;
  }

  get causal(): boolean {
    return this.options.config.causal === true;
  }

  parameter(name: string): Parameter {
    return this.store.get(name);
  }

  train(batch: Batch, source: DropoutSource | undefined): NetworkPass {
    const patterns = this.cloze?.length ?? 1;
    const rows = this.inSentences(batch);
    const { values, backward } = this.pass((parameters, dropout) => this.forward(rows, parameters, dropout), source);
    return {
      logits: meanOverPatterns(values, patterns),
      backward: (gradient) => backward(gradientOfEachPattern(gradient, patterns)),
    };
  }

  trainEmbedding(batch: Batch, source: DropoutSource | undefined): EmbeddingPass {
    const { values, backward } = this.pass((parameters, dropout) => this.meanStates(batch, parameters, dropout), source, isBelowHeads);
    return { vectors: values, backward };
  }

  maskedLm(batch: Batch, places: Int32Array): Float32Array {
    return this.valuesOf(() => this.wordScores(batch, places, this.read(this.allParameters())));
  }

  maskedLmLosses(batch: Batch, places: Int32Array, words: Int32Array): Float32Array {
    return this.valuesOf(() => this.wordLosses(batch, { places, words }, this.read(this.allParameters())));
  }

  trainMaskedLm(batch: Batch, places: Int32Array, words: Int32Array, source: DropoutSource | undefined): MaskedLmPass {
    const { values, backward } = this.pass(
      (parameters, dropout) => this.wordLosses(batch, { places, words }, parameters, dropout),
      source,
      isBelowHeads,
    );
    return { losses: values, backward: (factor) => backward(new Float32Array(places.length).fill(factor)) };
  }

  private wordLosses(
    batch: Batch,
    { places, words }: Record<'places' | 'words', Int32Array>,
    values: Map<Parameter, Tensor>,
    dropout?: Dropout,
  ): Tensor {
    const scores = this.wordScores(batch, places, values, dropout);
    const right = this.tf.oneHot(this.tf.tensor1d(words, 'int32'), scores.shape[1] ?? 0);
    return this.tf.logSoftmax(scores).mul(right).sum(1).neg();
  }

  private wordScores(batch: Batch, places: Int32Array, values: Map<Parameter, Tensor>, dropout?: Dropout): Tensor {
    const { config, maskedLm, causalLm } = this.options;
    if (!maskedLm && !causalLm) throw new RangeError('the network has no language-model head');
    const parameters = this.lookup(values);
    const states = referenceEncoder(this.tf, config, parameters, this.compact(batch), { dropout });
    if (!maskedLm) return referenceCausalLm(this.tf, parameters, states, places);
    const words = this.store.byName.has('mlm.decoder.weight') ? 'mlm.decoder.weight' : 'embeddings.word_embeddings.weight';
    return referenceMaskedLm(this.tf, { ...config, activation: maskedLm }, parameters, states, { places, words });
  }

  private pass(
    forward: (values: Map<Parameter, Tensor>, dropout?: Dropout) => Tensor,
    source: DropoutSource | undefined,
    takesPart: (parameter: Parameter) => boolean = () => true,
  ): { values: Float32Array; backward: (gradient: Float32Array) => void } {
    const dropout = source && this.dropoutFrom(source);
    const all = this.allParameters();
    const { tf } = this;
    const results = this.valuesOf(() => forward(this.read(all), dropout));
    const backward = (gradient: Float32Array): void => {
      const learning = all.filter((parameter) => parameter.trainable && takesPart(parameter));
      tf.tidy(() => {
        const values = this.read(all);
        const weigh = (...inputs: Tensor[]): Tensor => {
          inputs.forEach((input, i) => values.set(learning[i], input));
          const outputs = forward(values, dropout);
          return outputs.mul(tf.tensor(gradient, outputs.shape)).sum();
        };
        const inputs = learning.map((parameter) => values.get(parameter) as Tensor);
        const gradients = tf.grads(weigh)(inputs);
        learning.forEach((parameter, i) => {
          parameter.accumulate(this.kernels.floats(Float32Array.from(gradients[i].dataSync()), parameter.shape));
        });
      });
    };
    return { values: results, backward };
  }

  logits(batch: Batch): Float32Array {
    const rows = this.inSentences(batch);
    return meanOverPatterns(
      this.valuesOf(() => this.forward(rows, this.read(this.allParameters()))),
      this.cloze?.length ?? 1,
    );
  }

  /** The sentences that a head which reads a gap puts around texts. */
  private get cloze(): readonly ClozePattern[] | undefined {
    return this.options.heads.at(0)?.cloze?.patterns;
  }

  private inSentences(batch: Batch): Batch {
    return this.cloze ? withPatterns(batch, this.cloze, this.options.config.padTokenId) : batch;
  }

  features(texts: Batch): Float32Array {
    const batch = this.inSentences(texts);
    const values = this.valuesOf(() => {
      const { config, heads } = this.options;
      const values = this.read(this.allParameters());
      const { states, batch: input } = this.encode(batch, values);
      const each = heads.map((head, place) =>
        referencePooling(this.tf, config, head, this.lookup(values), states, input, { prefix: headPrefix(head, place) }),
      );
      return this.tf.concat(each, 1);
    });
    return meanOverPatterns(values, this.cloze?.length ?? 1);
  }

  embed(batch: Batch, { dropout }: EmbedOptions = {}): Float32Array {
    return this.valuesOf(() => this.meanStates(batch, this.read(this.allParameters()), dropout && this.dropoutFrom(dropout)));
  }

  /** The mean of the real tokens' states, `[rows, hidden]`. */
  private meanStates(batch: Batch, values: Map<Parameter, Tensor>, dropout?: Dropout): Tensor {
    const { config } = this.options;
    const { states, batch: input } = this.encode(batch, values, dropout);
    return referencePooling(this.tf, config, { pooling: 'mean' }, this.lookup(values), states, input);
  }

  /** A copy of what `compute` gives. It is read outside of tidy, which would look at each value of an array it is handed. */
  private valuesOf(compute: () => Tensor): Float32Array {
    const result = this.tf.tidy(compute);
    const values = Float32Array.from(result.dataSync());
    result.dispose();
    return values;
  }

  private forward(batch: Batch, values: Map<Parameter, Tensor>, dropout?: Dropout): Tensor {
    const { config, headOptions } = this.options;
    const parameters = this.lookup(values);
    const { states, batch: input } = this.encode(batch, values, dropout);
    const outputs = this.options.heads.map((head, place) => {
      const prefix = headPrefix(head, place);
      return referenceHead(this.tf, config, head, parameters, states, input, { dropout, rate: headOptions.dropout, prefix });
    });
    return this.tf.concat(outputs, 1);
  }

  /** The states `[rows, tokens, hidden]` of a batch, and the batch as it was encoded: with a soft prompt's places. */
  private encode(batch: Batch, values: Map<Parameter, Tensor>, dropout?: Dropout): { states: TensorFlow.Tensor3D; batch: Batch } {
    const { config } = this.options;
    const { prompt } = this.input;
    const own = (adapter: { parameters: Record<string, Parameter> }) => (name: string) => valueOf(values, adapter.parameters[name]);
    const branch = (states: Tensor, place: string): Tensor => {
      const adapter = this.branches.get(place)?.adapter;
      return adapter ? adapter.adapt(states, own(adapter)) : states;
    };
    const input = withPromptPlaces(batch, prompt?.tokens ?? 0, config.padTokenId);
    const options = { dropout, branch, ...(prompt && { prompt: prompt.vectors(own(prompt)) }) };
    return { states: referenceEncoder(this.tf, config, this.lookup(values), this.compact(input), options), batch: input };
  }

  /** Token ids as rows of the word table. */
  private compact(batch: Batch): Batch {
    const rows = this.options.vocabulary?.rows;
    return rows ? { ...batch, inputIds: batch.inputIds.map((id) => rows[id]) } : batch;
  }

  /** The network's parameters and the adapters' own. */
  private allParameters(): Parameter[] {
    const slots = [...this.slots.values(), ...this.branches.values()].map(({ adapter }) => adapter);
    const adapters = [...slots, this.input.prompt].flatMap((adapter) => (adapter ? Object.values(adapter.parameters) : []));
    return [...this.store.byName.values(), ...adapters];
  }

  private read(parameters: Parameter[]): Map<Parameter, Tensor> {
    return new Map(parameters.map((parameter) => [parameter, adoptTensor(parameter.readOnce())]));
  }

  private lookup(values: Map<Parameter, Tensor>): (name: string) => Tensor {
    return (name) => {
      const base = valueOf(values, this.store.get(name));
      const [, layer, part] = /^(.+)\.(weight|bias)$/.exec(name) ?? [];
      const adapter = layer === undefined ? undefined : this.slots.get(layer)?.adapter;
      if (!adapter) return base;
      const own = (parameter: string): Tensor => valueOf(values, adapter.parameters[parameter]);
      if (part === 'weight') return adapter.adaptWeight(base as TensorFlow.Tensor2D, own);
      return adapter.adaptBias?.(base as TensorFlow.Tensor1D, own) ?? base;
    };
  }

  /** The same masks in both runs of the forward pass: a place draws once. */
  private dropoutFrom(source: DropoutSource): Dropout {
    const drawn = new Map<string, DropoutMask>();
    return (states, rate, place) => {
      if (rate === 0) return states;
      let mask = drawn.get(place);
      if (!mask) drawn.set(place, (mask = source.draw(states.size, rate)));
      return states.mul(adoptTensor(source.mask(mask, states.shape)));
    };
  }

  forgetLearningWeights(): void {
    this.store.forgetValues((parameter) => parameter.trainable);
  }

  forgetWeights(): void {
    this.store.forgetValues();
  }

  toHost(): Map<string, NamedTensor> {
    return this.store.toHost();
  }

  dispose(): void {
    this.store.dispose();
    this.kernels.dispose();
  }
}

function valueOf(values: ReadonlyMap<Parameter, Tensor>, parameter: Parameter): Tensor {
  const value = values.get(parameter);
  if (!value) throw new RangeError(`no value of ${parameter.name}`);
  return value;
}
