import type { EncoderConfig, NamedTensor } from '@attune/artifact';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { dense, layerNorm, referenceActivation } from '../encoders/reference-operations';
import { causalMask } from '../layers/score-bias';
import { loadTensorFlow } from '../native/tensorflow';

type Tensor = TensorFlow.Tensor;

/** Keys and values of a block for the tokens so far, each `[heads, tokens, width]`. */
interface Past {
  keys: Tensor;
  values: Tensor;
}

/**
 * A causal encoder that reads one text bit by bit: what it has read is kept as keys and values, so that a further token costs its own
 * products alone. In plain tfjs operations, float32; `dispose` frees its weights and what it has read.
 */
export class IncrementalDecoder {
  private readonly tf = loadTensorFlow();
  private readonly parameters = new Map<string, Tensor>();
  private past: Past[] = [];
  private read = 0;

  constructor(
    private readonly config: EncoderConfig,
    weights: ReadonlyMap<string, NamedTensor>,
  ) {
    if (!config.causal) throw new RangeError(`a ${config.family} encoder is not causal`);
    for (const [name, { values, shape }] of weights) this.parameters.set(name, this.tf.tensor(values, shape));
  }

  /** Tokens read so far. */
  get tokens(): number {
    return this.read;
  }

  /** Tokens that there still is room for. */
  get room(): number {
    return this.config.maxPositions - this.read;
  }

  /**
   * Reads further tokens.
   *
   * @returns The scores of the word that follows them, `[vocabulary]`.
   * @throws RangeError where there is no room for them, or none of them
   */
  next(ids: readonly number[]): Float32Array {
    if (ids.length === 0 || ids.length > this.room) throw new RangeError(`${ids.length} tokens, where there is room for 1 to ${this.room}`);
    const { tf, config } = this;
    const before = this.past;
    const past: Past[] = [];
    const scores = tf.tidy(() => {
      const look = (table: string, rows: readonly number[]): Tensor =>
        tf.gather(this.parameter(`embeddings.${table}_embeddings.weight`), tf.tensor1d([...rows], 'int32'));
      const positions = ids.map((_, at) => this.read + at);
      const hidden = this.hiddenFrom(ids.length);
      let states = look('word', ids).add(look('position', positions));
      for (let layer = 0; layer < config.layers; layer++)
        states = this.block(states, `encoder.layer.${layer}`, { hidden, before: before[layer], past });
      for (const { keys, values } of past) {
        tf.keep(keys);
        tf.keep(values);
      }
      const last = this.norm(states.slice([ids.length - 1, 0], [1, config.hiddenSize]), 'encoder.LayerNorm');
      return tf.matMul(
        last as TensorFlow.Tensor2D,
        this.parameter('embeddings.word_embeddings.weight') as TensorFlow.Tensor2D,
        false,
        true,
      );
    });
    disposePast(before);
    this.past = past;
    this.read += ids.length;
    const result = Float32Array.from(scores.dataSync());
    scores.dispose();
    return result;
  }

  /** Added to the scores of the tokens that are read now, `[new, all]`. */
  private hiddenFrom(count: number): Tensor {
    const all = this.read + count;
    const rows = causalMask(all).subarray(this.read * all);
    return this.tf.tensor2d(rows, [count, all]);
  }

  private block(states: Tensor, prefix: string, context: { hidden: Tensor; before: Past | undefined; past: Past[] }): Tensor {
    const { tf, config } = this;
    const attended = this.attention(this.norm(states, `${prefix}.attention.LayerNorm`), `${prefix}.attention`, context);
    const middle = states.add(attended);
    const normal = this.norm(middle, `${prefix}.intermediate.LayerNorm`);
    const inner = referenceActivation(tf, this.dense(normal, `${prefix}.intermediate.dense`), config.activation);
    return middle.add(this.dense(inner, `${prefix}.output.dense`));
  }

  private attention(
    states: Tensor,
    prefix: string,
    { hidden, before, past }: { hidden: Tensor; before: Past | undefined; past: Past[] },
  ): Tensor {
    const { tf, config } = this;
    const [count] = states.shape;
    const width = config.hiddenSize / config.attentionHeads;
    const [query, newKeys, newValues] = tf
      .split(this.dense(states, `${prefix}.self.c_attn`), 3, 1)
      .map((part) => part.reshape([count, config.attentionHeads, width]).transpose([1, 0, 2]));
    const keys = before ? tf.concat([before.keys, newKeys], 1) : newKeys;
    const values = before ? tf.concat([before.values, newValues], 1) : newValues;
    past.push({ keys, values });
    const scores = tf.matMul(query, keys, false, true).mul(1 / Math.sqrt(width));
    const context = tf.matMul(tf.softmax(scores.add(hidden)), values);
    return this.dense(context.transpose([1, 0, 2]).reshape([count, config.hiddenSize]), `${prefix}.output.dense`);
  }

  private parameter(name: string): Tensor {
    const tensor = this.parameters.get(name);
    if (!tensor) throw new RangeError(`no weights for ${name}`);
    return tensor;
  }

  private dense(states: Tensor, name: string): Tensor {
    return dense(this.tf, states, (parameter) => this.parameter(parameter), name);
  }

  private norm(states: Tensor, name: string): Tensor {
    return layerNorm(this.tf, states, (parameter) => this.parameter(parameter), name, this.config.layerNormEpsilon);
  }

  /** Forgets what was read, for another text. */
  restart(): void {
    disposePast(this.past);
    this.past = [];
    this.read = 0;
  }

  dispose(): void {
    this.restart();
    this.tf.dispose([...this.parameters.values()]);
    this.parameters.clear();
  }
}

function disposePast(past: readonly Past[]): void {
  for (const { keys, values } of past) {
    keys.dispose();
    values.dispose();
  }
}
