import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { NamedTensor } from '@attune/artifact';
import { activation } from '../../layers/activation';
import type { PromptSlot, SoftPrompt } from '../../layers/embeddings';
import { FeedForward } from '../../layers/feed-forward';
import type { Pass } from '../../layers/layer';
import { Linear, type LinearSlot } from '../../layers/linear';
import { Parameter } from '../../layers/parameter';
import { loadTensorFlow } from '../../native/tensorflow';
import { release, type Kernels, type Tensor } from '../../native/kernels';
import type { Random } from '../../random';

/** Dense layers of the encoder, in their order: names are PEFT's, of a sequence with activations between. */
const LAYERS = ['0', '2', '4'];
const relu = activation('relu');

export interface EncodedPromptOptions {
  tokens: number;
  hidden: number;
  /** Width of the encoder's inner layers. */
  encoderSize: number;
  /** Deviation of the vectors that the encoder reads. */
  deviation: number;
}

/**
 * A soft prompt whose vectors an encoder makes of embeddings of its own (Liu et al. 2021, P-tuning; PEFT's `PromptEncoder` of the kind MLP):
 * `W₃ relu(W₂ relu(W₁ e + b₁) + b₂) + b₃`. The encoder only serves the training: what it says of its embeddings is what is kept.
 */
export class EncodedPrompt implements SoftPrompt {
  readonly parameters: Record<string, Parameter>;
  private readonly first: FeedForward;
  private readonly last: Linear;

  constructor(
    kernels: Kernels,
    private readonly slot: PromptSlot,
    private readonly options: EncodedPromptOptions,
    random: Random,
  ) {
    const { tokens, hidden, encoderSize, deviation } = options;
    const embeddings = Float32Array.from({ length: tokens * hidden }, () => deviation * random.normal());
    this.parameters = { embeddings: new Parameter(kernels, 'prompt.encoder.embedding.weight', [tokens, hidden], embeddings) };
    const widths = [hidden, encoderSize, encoderSize, hidden];
    const [inner, outer, last] = LAYERS.map((name, place): LinearSlot => {
      const [input, out] = [widths[place], widths[place + 1]];
      const bound = 1 / Math.sqrt(input);
      // PyTorch's initial values of a dense layer, which PEFT starts from.
      const noise = (length: number): Float32Array => Float32Array.from({ length }, () => (2 * random.uniform() - 1) * bound);
      const layer = `prompt.encoder.mlp_head.${name}`;
      const weight = new Parameter(kernels, `${layer}.weight`, [out, input], noise(out * input));
      const bias = new Parameter(kernels, `${layer}.bias`, [out], noise(out));
      Object.assign(this.parameters, { [`${name}.weight`]: weight, [`${name}.bias`]: bias });
      return { name: layer, weight, bias };
    });
    this.first = new FeedForward(inner, outer, relu);
    this.last = new Linear([last]);
    slot.prompt = this;
  }

  get tokens(): number {
    return this.options.tokens;
  }

  get encoderSize(): number {
    return this.options.encoderSize;
  }

  get linears(): Linear[] {
    return [this.first.inner, this.first.outer, this.last];
  }

  forward(pass: Pass): { y: Tensor; backward?: (dy: Tensor) => void } {
    const { kernels } = pass;
    const { embeddings } = this.parameters;
    const first = this.first.forward(embeddings.value(), pass);
    const activated = relu.apply(kernels, first.y);
    const last = this.last.forward(activated.y, pass);
    activated.y.release();
    const { backward: firstBackward } = first;
    const { backward: lastBackward } = last;
    if (!firstBackward || !lastBackward) {
      first.y.release();
      activated.forget();
      return { y: last.y };
    }
    const backward = (dy: Tensor): void => {
      const dActivated = lastBackward(dy);
      const slope = activated.slope();
      const dFirst = kernels.multiply(dActivated, slope);
      embeddings.accumulate(firstBackward(dFirst));
      release(dActivated, slope, dFirst, first.y);
    };
    return { y: last.y, backward };
  }

  vectors(own: (name: string) => TensorFlow.Tensor): TensorFlow.Tensor2D {
    const tf = loadTensorFlow();
    return LAYERS.reduce<TensorFlow.Tensor2D>(
      (states, name, place) => {
        const inputs = place === 0 ? states : tf.relu(states);
        return tf.matMul(inputs, own(`${name}.weight`) as TensorFlow.Tensor2D, false, true).add(own(`${name}.bias`));
      },
      own('embeddings') as TensorFlow.Tensor2D,
    );
  }

  /** What the encoder makes of its embeddings now, `[tokens, hidden]`. */
  toHost(): NamedTensor {
    const { tokens, hidden } = this.options;
    let states = this.parameters.embeddings.toHost().values;
    LAYERS.forEach((name, place) => {
      const { values: weight, shape } = this.parameters[`${name}.weight`].toHost();
      const { values: bias } = this.parameters[`${name}.bias`].toHost();
      states = dense(place === 0 ? states : states.map((value) => Math.max(0, value)), { weight, bias, input: shape[1] });
    });
    return { shape: [tokens, hidden], values: states };
  }

  dispose(): void {
    this.slot.prompt = undefined;
    for (const linear of this.linears) linear.forgetWeights();
    for (const parameter of Object.values(this.parameters)) parameter.dispose();
  }
}

/** `[rows, in]` → `[rows, out]`, in double precision. */
function dense(states: Float32Array, { weight, bias, input }: { weight: Float32Array; bias: Float32Array; input: number }): Float32Array {
  const out = bias.length;
  return Float32Array.from({ length: (states.length / input) * out }, (_, place) => {
    const row = Math.floor(place / out) * input;
    const unit = (place % out) * input;
    let sum = bias[place % out];
    for (let i = 0; i < input; i++) sum += states[row + i] * weight[unit + i];
    return sum;
  });
}
