import { headPrefix, type EncoderConfig, type HeadShape, type NamedTensor } from '@attune/artifact';
import type { Batch } from '../data/example';
import type { HeadOptions } from '../heads/classification-head';
import { headOutputs } from '../heads/task-layout';
import type { DropoutSource } from '../layers/dropout';
import type { PromptSlot } from '../layers/embeddings';
import type { BranchSlot } from '../layers/encoder-block';
import type { LinearSlot } from '../layers/linear';
import type { Parameter } from '../layers/parameter';
import type { Kernels, Precision } from '../native/kernels';
import type { VocabularySubset } from './vocabulary-subset';

export interface NetworkOptions {
  config: EncoderConfig;
  /**
   * The tasks' heads; in each row their logits follow one another. None where only embeddings are trained. One that reads a gap is alone.
   */
  heads: readonly HeadShape[];
  headOptions: HeadOptions;
  /** Encoder and head parameters by their names in memory. */
  weights: Map<string, NamedTensor>;
  /** Of the products of training passes; other passes are float32. */
  precision: Precision;
  /** Tokens that will ever be looked up; without it the whole vocabulary is held. */
  vocabulary?: VocabularySubset;
  /** The masked-language-model head among the weights (`mlm…`); its activation. Without it there is none. */
  maskedLm?: EncoderConfig['activation'];
  /** Whether a causal encoder predicts words, by its word table. */
  causalLm?: boolean;
}

/** Logits of a batch, `[rows, outputs]`, those of several heads side by side (see `TaskLayout`), and the way back from their gradient into the parameters. */
export interface NetworkPass {
  logits: Float32Array;
  /** Collects gradients in the parameters; to be called once. */
  backward(gradient: Float32Array): void;
}

/** Embeddings of a batch, `[rows, hidden]`: the mean of the real tokens' states, of any length; and the way back as in `NetworkPass`. */
export interface EmbeddingPass {
  vectors: Float32Array;
  backward(gradient: Float32Array): void;
}

/** Losses of words at places, `[places]`, and the way back from their sum times a factor; to be called once. */
export interface MaskedLmPass {
  losses: Float32Array;
  /** Collects gradients in the parameters. */
  backward(factor: number): void;
}

/** How `TrainableNetwork.embed` computes. */
export interface EmbedOptions {
  /** In the precision of training; default exact, in float32. */
  kernels?: Kernels;
  /** With its masks, as in a training pass. */
  dropout?: DropoutSource;
}

/**
 * An encoder and heads that learn. There are two: `Network`, with hand-written passes, and `ReferenceNetwork`, in plain tfjs
 * operations, which is all that a new family of encoders needs. It owns its parameters; `dispose` frees them.
 */
export interface TrainableNetwork {
  readonly kernels: Kernels;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Dense layers by name, for tuners to put adapters on. */
  readonly slots: ReadonlyMap<string, LinearSlot>;
  /** Outputs of the blocks' branches by name, likewise: `encoder.layer.0.attention.output`, `encoder.layer.0.output`. */
  readonly branches: ReadonlyMap<string, BranchSlot>;
  /** Where a soft prompt may stand before the texts. */
  readonly input: PromptSlot;
  /** Blocks of the encoder. */
  readonly layers: number;
  /** Width of the states. */
  readonly hiddenSize: number;
  /** Whether each token sees itself and those before it alone. */
  readonly causal: boolean;
  /** @throws RangeError for a name that the network does not have */
  parameter(name: string): Parameter;
  /** A pass that will be followed by `backward`. */
  train(batch: Batch, dropout: DropoutSource | undefined): NetworkPass;
  /** A pass to the embeddings, no head taking part, that will be followed by `backward`. */
  trainEmbedding(batch: Batch, dropout: DropoutSource | undefined): EmbeddingPass;
  /**
   * Scores of words at places of a batch, or of a causal encoder those that follow the places, `[places, words]` in their order: every
   * word of the vocabulary, or of the subset that the network was given. Nothing dropped, in float32.
   *
   * @param places row × tokens + token
   * @throws RangeError where the network predicts no words (`NetworkOptions.maskedLm`, `causalLm`)
   */
  maskedLm(batch: Batch, places: Int32Array): Float32Array;
  /**
   * Cross-entropy of the words at places of a batch, `[places]` in nats, nothing dropped, in float32.
   *
   * @param words their rows in the word table that the network holds
   */
  maskedLmLosses(batch: Batch, places: Int32Array, words: Int32Array): Float32Array;
  /** The same in a pass, no other head taking part, that will be followed by `backward`. */
  trainMaskedLm(batch: Batch, places: Int32Array, words: Int32Array, dropout: DropoutSource | undefined): MaskedLmPass;
  /** Logits `[rows, outputs]` in float32, nothing dropped. */
  logits(batch: Batch): Float32Array;
  /**
   * What the output layers of the heads read, side by side, `[rows, heads × hidden]`, nothing dropped; exact in float32, or in the precision
   * of training.
   */
  features(batch: Batch, kernels?: Kernels): Float32Array;
  /** Embeddings `[rows, hidden]` as in `EmbeddingPass`; nothing is kept for a way back. */
  embed(batch: Batch, options?: EmbedOptions): Float32Array;
  /** Lets go of what was prepared from the weights that learn; to be called before an optimiser changes them. */
  forgetLearningWeights(): void;
  /** Lets go of everything prepared from the weights; to be called before they change in any other way. */
  forgetWeights(): void;
  /** Copies of all parameters, the whole vocabulary's word table among them. */
  toHost(): Map<string, NamedTensor>;
  dispose(): void;
}

/** Names of the heads' parameters and their shapes. */
export function headParameterShapes(config: EncoderConfig, ...heads: HeadShape[]): Map<string, number[]> {
  const hidden = config.hiddenSize;
  const shapes = new Map<string, number[]>();
  heads.forEach((head, place) => {
    const prefix = headPrefix(head, place);
    const ownOfCausal = config.causal === true && head.pooling === 'pooler';
    if ((head.pooling === 'pooler' && !ownOfCausal) || head.pooling === 'cloze') {
      shapes.set(`${prefix}.dense.weight`, [hidden, hidden]);
      shapes.set(`${prefix}.dense.bias`, [hidden]);
    }
    if (head.pooling === 'cloze') {
      shapes.set(`${prefix}.LayerNorm.weight`, [hidden]);
      shapes.set(`${prefix}.LayerNorm.bias`, [hidden]);
    }
    shapes.set(`${prefix}.output.weight`, [headOutputs(head), hidden]);
    if (!ownOfCausal) shapes.set(`${prefix}.output.bias`, [headOutputs(head)]);
  });
  return shapes;
}
