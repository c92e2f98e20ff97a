import { headPrefix, type EncoderConfig } from '@attune/artifact';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { padBatch } from '../data/batches';
import type { EncodedExample } from '../data/example';
import { referenceEncoder, referenceHead } from '../encoders/reference-forward';
import { loadTensorFlow } from '../native/tensorflow';
import type { TrainedModel } from './trained-model';

type Tensor = TensorFlow.Tensor;

/** What each token of an input contributes to one of a head's outputs. */
export interface TokenAttributions {
  /** One a token of the input; 0 for tokens that are the same in the reference input. */
  values: Float32Array;
  /** The output for the input, and for the reference input. */
  output: number;
  reference: number;
  /** How far the attributions' sum is from the difference of the two, as a share of it: 0 is complete. */
  incompleteness: number;
  /** Points of the path. */
  steps: number;
}

/** What is attributed, and to which tokens. */
export interface AttributedOutput {
  /** Place of the head among the model's. */
  head: number;
  /** Place of the output among the head's. */
  output: number;
  /** Places of the tokens that the reference input has a padding token for. */
  explained: readonly number[];
}

/** Points of the path at first, and at most. */
const FIRST_STEPS = 32;
const MOST_STEPS = 512;
/** Rows that go through the encoder at once. */
const CHUNK = 16;
/** Share of the difference that may be missing. */
const COMPLETE = 0.01;
/** Differences below this are noise of float32. */
const LEAST_DIFFERENCE = 1e-3;

/** Integrated gradients through a trained model; it holds the model's weights in TensorFlow until it is disposed of. */
export class IntegratedGradients {
  private readonly tf = loadTensorFlow();
  private readonly variables: Map<string, Tensor>;
  private readonly config: EncoderConfig;

  constructor(private readonly model: Pick<TrainedModel, 'heads' | 'weights'> & { encoder: Pick<TrainedModel['encoder'], 'config'> }) {
    this.config = { ...model.encoder.config, hiddenDropout: 0, attentionDropout: 0 };
    this.variables = new Map([...model.weights].map(([name, { shape, values }]) => [name, this.tf.tensor(values, shape)]));
  }

  /**
   * Attributions of one output to the tokens of an input, by integrated gradients (Sundararajan, Taly and Yan 2017) on the word embeddings: the
   * gradient of the logit, averaged over the straight path from a reference input in which the explained tokens are padding tokens, times what
   * each embedding moves by. They add up to what the output changes by; the path is taken in twice as many points until they do within 1 %,
   * or 512 points are reached.
   */
  attribute(input: EncodedExample, asked: AttributedOutput): TokenAttributions {
    const [output, reference] = this.ends(input, asked);
    for (let steps = FIRST_STEPS; ; steps *= 2) {
      const values = this.sumOverPath(input, asked, steps);
      const difference = output - reference;
      const missing = Math.abs(values.reduce((sum, value) => sum + value, 0) - difference);
      const incompleteness = missing / Math.max(Math.abs(difference), LEAST_DIFFERENCE);
      if (incompleteness <= COMPLETE || steps >= MOST_STEPS) return { values, output, reference, incompleteness, steps };
    }
  }

  /** What a head says about an input. */
  logits(input: EncodedExample, head: number): Float32Array {
    const logits = this.tf.tidy(() => this.forward(input, undefined, 1, head));
    const values = Float32Array.from(logits.dataSync());
    logits.dispose();
    return values;
  }

  private ends(input: EncodedExample, asked: AttributedOutput): number[] {
    const { tf } = this;
    const logits = tf.tidy(() => {
      const { actual, reference } = this.wordVectors(input, asked.explained);
      return this.outputOf(input, tf.concat([actual, reference], 0), 2, asked);
    });
    const values = [...logits.dataSync()];
    logits.dispose();
    return values;
  }

  /** By the midpoint rule, in chunks. */
  private sumOverPath(input: EncodedExample, asked: AttributedOutput, steps: number): Float32Array {
    const { tf } = this;
    const sum = new Float32Array(input.inputIds.length);
    for (let start = 0; start < steps; start += CHUNK) {
      const shares = Array.from({ length: Math.min(CHUNK, steps - start) }, (_, index) => (start + index + 0.5) / steps);
      const chunk = tf.tidy(() => {
        const { actual, reference } = this.wordVectors(input, asked.explained);
        const way = actual.sub(reference);
        const points = tf.concat(
          shares.map((share) => reference.add(way.mul(share))),
          0,
        );
        const gradient = tf.grad((vectors: Tensor) => this.outputOf(input, vectors, shares.length, asked).sum())(points);
        const { hiddenSize } = this.config;
        return gradient.reshape([shares.length, -1, hiddenSize]).sum(0).mul(way).sum(1).div(steps);
      });
      chunk.dataSync().forEach((value, token) => (sum[token] += value));
      chunk.dispose();
    }
    return sum;
  }

  /** Word vectors `[tokens, hidden]` of the input and of the reference input. */
  private wordVectors({ inputIds }: EncodedExample, explained: readonly number[]): { actual: Tensor; reference: Tensor } {
    const table = this.parameter('embeddings.word_embeddings.weight');
    const replaced = Int32Array.from(inputIds);
    for (const place of explained) replaced[place] = this.config.padTokenId;
    const look = (ids: Int32Array): Tensor => this.tf.gather(table, this.tf.tensor1d(ids, 'int32'));
    return { actual: look(inputIds), reference: look(replaced) };
  }

  /** The asked output of copies of an input whose word vectors are given, `[copies]`. */
  private outputOf(input: EncodedExample, wordVectors: Tensor, copies: number, { head, output }: AttributedOutput): Tensor {
    return this.forward(input, wordVectors, copies, head).slice([0, output], [copies, 1]).reshape([copies]);
  }

  /** A head's logits of copies of an input, `[copies, outputs]`. */
  private forward(input: EncodedExample, wordVectors: Tensor | undefined, copies: number, place: number): Tensor {
    const { tf, config } = this;
    const batch = padBatch(new Array<EncodedExample>(copies).fill(input), config.padTokenId);
    const parameters = (name: string): Tensor => this.parameter(name);
    const head = this.model.heads[place];
    const states = referenceEncoder(tf, config, parameters, batch, { wordVectors });
    return referenceHead(tf, config, head, parameters, states, batch, { prefix: headPrefix(head, place) });
  }

  private parameter(name: string): Tensor {
    const variable = this.variables.get(name);
    if (variable === undefined) throw new RangeError(`no parameter ${name}`);
    return variable;
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
    this.variables.clear();
  }
}
