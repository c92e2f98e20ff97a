import { RELATIVE_BIAS } from './relative-position';

/** Encoder families whose forward pass this project knows: post-norm transformers (Vaswani et al. 2017), and GPT-2, which is causal. */
export type EncoderFamilyName = 'bert' | 'roberta' | 'xlm-roberta' | 'distilbert' | 'mpnet' | 'gpt2';

/** The shape of an encoder, whatever names its own config.json uses. */
export interface EncoderConfig {
  family: EncoderFamilyName;
  vocabularySize: number;
  hiddenSize: number;
  layers: number;
  attentionHeads: number;
  intermediateSize: number;
  /** Rows of the position table. */
  maxPositions: number;
  /** Position of the first token: 0, or padding id + 1 in the RoBERTa family, whose table starts there. */
  positionOffset: number;
  /** 0 where the family has no token types (DistilBERT). */
  tokenTypes: number;
  layerNormEpsilon: number;
  activation: 'gelu' | 'gelu_new' | 'relu';
  hiddenDropout: number;
  attentionDropout: number;
  padTokenId: number;
  /** Buckets of distances between two tokens, each with a summand of a head's attention scores (MPNet); all blocks share them. */
  relativeBuckets?: number;
  /**
   * Each token sees itself and those before it. Blocks then normalise what their branches read, rather than what they give, a last norm
   * stands after them and none after the embeddings, and query, key and value are one dense layer, `attention.self.c_attn` (GPT-2).
   */
  causal?: boolean;
  /** What a tuner added that cannot be merged into the weights; none in a pretrained encoder. */
  additions?: EncoderAdditions;
}

/**
 * Parts that stand beside an encoder's weights:
 * - a soft prompt (Lester et al. 2021), `prompt.embeddings` `[promptTokens, hidden]`: tokens before those of each text;
 * - bottleneck adapters (Houlsby et al. 2019), `y = x + U f(D x + d) + u` on the outputs of attention and feed-forward of each block:
 *   `encoder.layer.<n>.attention.output.adapter.down.weight` `[size, hidden]`, `….down.bias`, `….up.weight` `[hidden, size]`, `….up.bias`,
 *   and the same under `encoder.layer.<n>.output.adapter`.
 */
export interface EncoderAdditions {
  promptTokens?: number;
  bottleneck?: { size: number; activation: EncoderConfig['activation'] };
}

/**
 * Names under which every family's parameters are held in memory: BERT's own, without the `bert.` prefix.
 * Weights of dense layers are `[out, in]`, as in PyTorch.
 */
export function encoderParameterShapes(config: EncoderConfig): Map<string, number[]> {
  if (config.causal) return causalParameterShapes(config);
  const { hiddenSize: hidden, intermediateSize: inner } = config;
  const shapes = new Map<string, number[]>();
  shapes.set('embeddings.word_embeddings.weight', [config.vocabularySize, hidden]);
  shapes.set('embeddings.position_embeddings.weight', [config.maxPositions, hidden]);
  if (config.tokenTypes > 0) shapes.set('embeddings.token_type_embeddings.weight', [config.tokenTypes, hidden]);
  shapes.set('embeddings.LayerNorm.weight', [hidden]);
  shapes.set('embeddings.LayerNorm.bias', [hidden]);
  if (config.relativeBuckets !== undefined) shapes.set(RELATIVE_BIAS, [config.relativeBuckets, config.attentionHeads]);
  const dense = (name: string, out: number, input: number): void => {
    shapes.set(`${name}.weight`, [out, input]);
    shapes.set(`${name}.bias`, [out]);
  };
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value']) dense(`${prefix}.attention.self.${part}`, hidden, hidden);
    dense(`${prefix}.attention.output.dense`, hidden, hidden);
    shapes.set(`${prefix}.attention.output.LayerNorm.weight`, [hidden]);
    shapes.set(`${prefix}.attention.output.LayerNorm.bias`, [hidden]);
    dense(`${prefix}.intermediate.dense`, inner, hidden);
    dense(`${prefix}.output.dense`, hidden, inner);
    shapes.set(`${prefix}.output.LayerNorm.weight`, [hidden]);
    shapes.set(`${prefix}.output.LayerNorm.bias`, [hidden]);
  }
  return shapes;
}

/** The same of a causal encoder: its norms are called by what reads them. */
function causalParameterShapes({
  vocabularySize,
  maxPositions,
  layers,
  hiddenSize: hidden,
  intermediateSize: inner,
}: EncoderConfig): Map<string, number[]> {
  const shapes = new Map([
    ['embeddings.word_embeddings.weight', [vocabularySize, hidden]],
    ['embeddings.position_embeddings.weight', [maxPositions, hidden]],
  ]);
  const dense = (name: string, out: number, input: number): void => {
    shapes.set(`${name}.weight`, [out, input]).set(`${name}.bias`, [out]);
  };
  const norm = (name: string): void => void shapes.set(`${name}.weight`, [hidden]).set(`${name}.bias`, [hidden]);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `encoder.layer.${layer}`;
    norm(`${prefix}.attention.LayerNorm`);
    dense(`${prefix}.attention.self.c_attn`, 3 * hidden, hidden);
    dense(`${prefix}.attention.output.dense`, hidden, hidden);
    norm(`${prefix}.intermediate.LayerNorm`);
    dense(`${prefix}.intermediate.dense`, inner, hidden);
    dense(`${prefix}.output.dense`, hidden, inner);
  }
  norm('encoder.LayerNorm');
  return shapes;
}

/** A named float32 tensor in host memory. */
export interface NamedTensor {
  shape: number[];
  values: Float32Array;
}

/** The transpose of a matrix. */
export function transposedTensor({ shape, values }: NamedTensor): NamedTensor {
  const [rows, columns] = shape;
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column];
  }
  return { shape: [columns, rows], values: result };
}

/**
 * How a head reads the encoder's last hidden states.
 * - `pooler`: the family's own classification head: first state → dense `[hidden, hidden]` → tanh (ReLU in DistilBERT) → output; of a
 *   causal encoder the state of the last token that is not padding → output without bias.
 * - `cls`: first state → output.
 * - `mean`: mean of the states of real tokens → output.
 * - `pair`: mean of the states of the second text of a pair, which have seen the first, its separator among them → output; of a text alone
 *   the mean of all. Of an encoder with token types.
 * - `embedding`: the mean of all divided by its Euclidean length, as sentence embeddings are compared → output.
 * - `cloze`: the text stands in sentences with a gap; the gap's state → dense `[hidden, hidden]` → activation → layer normalisation →
 *   output, the mean over the sentences (`ClozeReading`).
 */
export type Pooling = 'pooler' | 'cls' | 'mean' | 'pair' | 'embedding' | 'cloze';

export type TaskName = 'classification' | 'multi-label' | 'regression';

/** A sentence around a text, as token ids: what stands between the text's first special token and its tokens, and before its last one. */
export interface ClozePattern {
  before: number[];
  after: number[];
  /** Place of the gap's token among `before` and, counted on, `after`. */
  gap: number;
}

/** How a head reads the state of a gap in sentences around the text. */
export interface ClozeReading {
  patterns: ClozePattern[];
  /** Between the dense layer and the normalisation. */
  activation: EncoderConfig['activation'];
}

/**
 * A head's parameters in memory: `head.dense.weight` `[hidden, hidden]`, `head.dense.bias` `[hidden]` (pooler
 * but of causal encoders, and cloze), `head.LayerNorm.weight` and `head.LayerNorm.bias` `[hidden]` (cloze),
 * `head.output.weight` `[outputs, hidden]`, `head.output.bias` `[outputs]`. Of several heads on one encoder the first has
 * these names, so that it is an ordinary classification checkpoint; the others have `heads.<name>` for `head`.
 */
export interface HeadShape {
  /** Name of its task; absent where a model has one task alone. */
  name?: string;
  task: TaskName;
  pooling: Pooling;
  /** Labels in the order of the outputs; for regression one name, the column's. */
  labels: string[];
  /** What a head with pooling `cloze` puts around a text. */
  cloze?: ClozeReading;
}

/** Begin of the names of a head's parameters, by its place among the heads of its encoder. */
export function headPrefix({ name }: HeadShape, place: number): string {
  return place === 0 || name === undefined ? 'head' : `heads.${name}`;
}

/** Name of a head's ONNX output: `logits`, or `<task>_logits` where there are several tasks. */
export function headOutputName({ name }: HeadShape): string {
  return name === undefined ? 'logits' : `${name}_logits`;
}
