import {
  AttuneError,
  type ClozeReading,
  headOutputName,
  headPrefix,
  type EncoderConfig,
  type HeadShape,
  type NamedTensor,
  type Pooling,
} from '@attune/artifact';
import { GraphBuilder } from '../graph/graph-builder';
import { DataType } from '../protobuf/onnx-model';
import { activation } from './activation';
import { attention } from './attention';
import { dense, layerNorm, type ModelParts } from './dense';
import { clozeInputs, GAP_PLACE } from './cloze';
import { embeddings, type EncoderInputs } from './embeddings';
import { textStates } from './prompt';
import { biasOfPlace, scoreBias, tokenPlaces } from './score-bias';
import { firstState, lastState, logits, meanState, meanStateOfPair, normalisedEmbedding, type HeadActivation } from './outputs';

/** The lowest set of operators with a layer normalisation, and the format version that belongs to it. */
const OPSET = 17;
const IR_VERSION = 8;

export type EncoderOutput = 'logits' | 'embedding' | 'last_hidden_state';

export interface EncoderModel {
  config: EncoderConfig;
  /** By canonical name (`encoderParameterShapes`), with the head's where there is one. */
  weights: ReadonlyMap<string, NamedTensor>;
  head?: {
    shape: HeadShape;
    activation: HeadActivation;
    /** Heads of further tasks on the same encoder. */
    further?: readonly HeadShape[];
  };
  outputs: EncoderOutput[];
}

/**
 * The bytes of an ONNX model of an encoder. Inputs, int64 `[batch, tokens]`: `input_ids`, `attention_mask`, and
 * `token_type_ids` where the encoder has more than one type. Outputs, float32, as asked for: `logits`
 * `[batch, labels]` (of each head, called as `headOutputName` says), `embedding` `[batch, hidden]` (mean of the real tokens' states, Euclidean length 1),
 * `last_hidden_state` `[batch, tokens, hidden]`. What no output needs is left out: where only logits of the first
 * state are asked for, the last layer computes that state alone. A soft prompt is part of the model, and
 * neither inputs nor `last_hidden_state` know of it.
 *
 * Throws `bad-model` where a tensor is missing or has another shape, `wrong-use` for logits without a head.
 */
export function buildEncoderModel(model: EncoderModel): Uint8Array {
  const { config, head, outputs } = model;
  if (outputs.includes('logits') && head === undefined) throw new AttuneError('wrong-use', 'A model with logits needs a head');
  const graph = new GraphBuilder(config.family);
  const parts: ModelParts = { graph, weights: model.weights };
  declareInputs(graph, config);

  if (head?.shape.cloze) return buildClozeModel(parts, model, head.shape, head.shape.cloze);
  const states = encoderLayers(parts, config, INPUTS, needsFirstStateOnly(model) ? 0 : undefined);
  const ofTexts = textStates(parts, config, states);
  const heads = outputs.includes('logits') ? headsOf(model) : [];
  const pooled = pooledStates(
    parts,
    config,
    { first: states, texts: ofTexts },
    new Set([...heads.map(({ pooling }) => pooling), ...(outputs.includes('embedding') ? EMBEDDING : [])]),
  );
  heads.forEach((shape, place) => {
    const prefix = headPrefix(shape, place);
    logits(parts, shape, {
      prefix,
      activation: head?.activation ?? 'tanh',
      causal: config.causal,
      pooled: pooled.get(shape.pooling) ?? '',
      hidden: config.hiddenSize,
    });
    graph.output(headOutputName(shape), DataType.float, ['batch', shape.labels.length]);
  });
  if (outputs.includes('embedding')) {
    graph.output('embedding', DataType.float, ['batch', config.hiddenSize]);
  }
  if (outputs.includes('last_hidden_state')) {
    graph.node('Identity', 'last_hidden_state', [ofTexts]);
    graph.output('last_hidden_state', DataType.float, ['batch', 'tokens', config.hiddenSize]);
  }
  return graph.build({ opset: OPSET, irVersion: IR_VERSION });
}

/**
 * A head that reads a gap: the graph itself puts the sentences around each text, so that whoever runs it gives plain texts, as to any
 * other head. Such a head is alone, and gives logits alone.
 */
function buildClozeModel(parts: ModelParts, { config, head, outputs }: EncoderModel, shape: HeadShape, reading: ClozeReading): Uint8Array {
  if (head?.further?.length || outputs.some((output) => output !== 'logits')) {
    throw new AttuneError('wrong-use', 'A head that reads a gap is alone on its encoder, and gives logits alone');
  }
  const { graph } = parts;
  const { hiddenSize: hidden, layerNormEpsilon: epsilon } = config;
  const states = encoderLayers(parts, config, clozeInputs(parts, config, reading.patterns), GAP_PLACE);
  const gaps = graph.node('Squeeze', 'gap/Squeeze', [states, graph.integers(1)]);
  const activated = activation(graph, dense(parts, gaps, 'head.dense', hidden, hidden), 'head.activation', reading.activation);
  const pooled = layerNorm(parts, activated, 'head.LayerNorm', hidden, epsilon);
  const patterns = graph.node('Reshape', 'patterns/Reshape', [pooled, graph.integers(reading.patterns.length, -1, hidden)]);
  const mean = graph.node('ReduceMean', 'patterns/Mean', [patterns], { axes: [0], keepdims: 0 });
  logits(parts, { ...shape, pooling: 'mean' }, { prefix: 'head', activation: 'tanh', pooled: mean, hidden });
  graph.output(headOutputName(shape), DataType.float, ['batch', shape.labels.length]);
  return graph.build({ opset: OPSET, irVersion: IR_VERSION });
}

/** What the encoder reads where nothing is put around the texts. */
const INPUTS: EncoderInputs = { ids: 'input_ids', mask: 'attention_mask', types: 'token_type_ids' };

const EMBEDDING: readonly Pooling[] = ['embedding'];

/** What heads read of the states, `[batch, hidden]`, for each way of pooling that is asked for; nothing is computed twice. */
function pooledStates(
  parts: ModelParts,
  config: EncoderConfig,
  states: { first: string; texts: string },
  asked: ReadonlySet<Pooling>,
): ReadonlyMap<Pooling, string> {
  const pooled = new Map<Pooling, string>();
  if (asked.has('mean') || asked.has('embedding')) pooled.set('mean', meanState(parts, states.texts));
  if (asked.has('pair')) pooled.set('pair', meanStateOfPair(parts, states.texts));
  if (asked.has('embedding')) pooled.set('embedding', normalisedEmbedding(parts, pooled.get('mean') ?? ''));
  if (!asked.has('pooler') && !asked.has('cls')) return pooled;
  if (config.causal && asked.has('pooler')) {
    pooled.set('pooler', lastState(parts, states.texts, tokenPlaces(parts, config, 'last_state'), config.padTokenId));
    if (!asked.has('cls')) return pooled;
  }
  const first = firstState(parts, states.first);
  return new Map([['pooler', first], ['cls', first], ...pooled]);
}

/** Ways of pooling that read the states of all tokens. */
const READS_ALL: readonly Pooling[] = ['mean', 'pair', 'embedding'];

function headsOf({ head }: EncoderModel): HeadShape[] {
  return head === undefined ? [] : [head.shape, ...(head.further ?? [])];
}

/** Whether all that is wanted are logits that heads read off the first state. */
function needsFirstStateOnly(model: EncoderModel): boolean {
  const heads = headsOf(model);
  return (
    !model.config.causal &&
    heads.length > 0 &&
    heads.every(({ pooling }) => !READS_ALL.includes(pooling)) &&
    model.outputs.every((output) => output === 'logits')
  );
}

function declareInputs(graph: GraphBuilder, config: EncoderConfig): void {
  const names = ['input_ids', 'attention_mask', ...(config.tokenTypes > 1 ? ['token_type_ids'] : [])];
  for (const name of names) graph.input(name, DataType.int64, ['batch', 'tokens']);
}

/** The states after the last layer: `[batch, tokens, hidden]`, or `[batch, 1, hidden]` where that of one place alone is wanted. */
function encoderLayers(parts: ModelParts, config: EncoderConfig, inputs: EncoderInputs, onlyPlace?: number): string {
  const { graph } = parts;
  const bias = scoreBias(parts, config, inputs);
  let states = embeddings(parts, config, inputs);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `encoder.layer.${layer}`;
    const last = layer === config.layers - 1;
    if (config.causal) {
      states = preNormBlock(parts, config, prefix, states, bias);
      continue;
    }
    if (!last || onlyPlace === undefined) {
      states = block(parts, config, prefix, states, states, bias);
      continue;
    }
    const bounds = [graph.integers(onlyPlace), graph.integers(onlyPlace + 1), graph.integers(1)];
    const queries = graph.node('Slice', `${prefix}.first_state/Slice`, [states, ...bounds]);
    states = block(parts, config, prefix, queries, states, biasOfPlace(parts, config, bias, onlyPlace));
  }
  return config.causal ? layerNorm(parts, states, 'encoder.LayerNorm', config.hiddenSize, config.layerNormEpsilon) : states;
}

/** One pre-norm transformer block (Radford et al. 2019). */
function preNormBlock(parts: ModelParts, config: EncoderConfig, prefix: string, states: string, bias: string): string {
  const { graph } = parts;
  const { hiddenSize: hidden, intermediateSize: inner, layerNormEpsilon: epsilon } = config;
  const read = layerNorm(parts, states, `${prefix}.attention.LayerNorm`, hidden, epsilon);
  const attended = attention(parts, config, prefix, read, read, bias);
  const middle = graph.node('Add', `${prefix}.attention.output/Residual`, [attended, states]);
  const normal = layerNorm(parts, middle, `${prefix}.intermediate.LayerNorm`, hidden, epsilon);
  const expanded = dense(parts, normal, `${prefix}.intermediate.dense`, inner, hidden);
  const activated = activation(graph, expanded, `${prefix}.intermediate.activation`, config.activation);
  return graph.node('Add', `${prefix}.output/Residual`, [dense(parts, activated, `${prefix}.output.dense`, hidden, inner), middle]);
}

/** One post-norm transformer block. */
function block(parts: ModelParts, config: EncoderConfig, prefix: string, queries: string, states: string, bias: string): string {
  const { graph } = parts;
  const { hiddenSize: hidden, intermediateSize: inner, layerNormEpsilon: epsilon } = config;
  const attended = adapted(parts, config, `${prefix}.attention.output`, attention(parts, config, prefix, queries, states, bias));
  const first = graph.node('Add', `${prefix}.attention.output/Residual`, [attended, queries]);
  const middle = layerNorm(parts, first, `${prefix}.attention.output.LayerNorm`, hidden, epsilon);
  const expanded = dense(parts, middle, `${prefix}.intermediate.dense`, inner, hidden);
  const activated = activation(graph, expanded, `${prefix}.intermediate.activation`, config.activation);
  const projected = adapted(parts, config, `${prefix}.output`, dense(parts, activated, `${prefix}.output.dense`, hidden, inner));
  const second = graph.node('Add', `${prefix}.output/Residual`, [projected, middle]);
  return layerNorm(parts, second, `${prefix}.output.LayerNorm`, hidden, epsilon);
}

/** A bottleneck adapter on the output of a branch, where the encoder has some (Houlsby et al. 2019). */
function adapted(parts: ModelParts, { hiddenSize: hidden, additions }: EncoderConfig, branch: string, value: string): string {
  const bottleneck = additions?.bottleneck;
  if (bottleneck === undefined) return value;
  const name = `${branch}.adapter`;
  const lowered = dense(parts, value, `${name}.down`, bottleneck.size, hidden);
  const activated = activation(parts.graph, lowered, `${name}.activation`, bottleneck.activation);
  const raised = dense(parts, activated, `${name}.up`, hidden, bottleneck.size);
  return parts.graph.node('Add', `${name}/Add`, [value, raised]);
}
