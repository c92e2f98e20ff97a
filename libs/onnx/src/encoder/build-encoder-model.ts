import { AttuneError, headOutputName, headPrefix, type EncoderConfig, type HeadShape, type NamedTensor } from '@attune/artifact';
import { GraphBuilder } from '../graph/graph-builder';
import { DataType } from '../protobuf/onnx-model';
import { activation } from './activation';
import { attention, scoreMask } from './attention';
import { dense, layerNorm, type ModelParts } from './dense';
import { embeddings } from './embeddings';
import { attentionMask, textStates } from './prompt';
import { firstState, logits, meanState, normalisedEmbedding, type HeadActivation } from './outputs';

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

  const states = encoderLayers(parts, config, needsFirstStateOnly(model));
  const ofTexts = textStates(parts, config, states);
  const heads = outputs.includes('logits') ? headsOf(model) : [];
  const needsMean = outputs.includes('embedding') || heads.some(({ pooling }) => pooling === 'mean');
  const mean = needsMean ? meanState(parts, ofTexts) : undefined;
  const first = heads.some(({ pooling }) => pooling !== 'mean') ? firstState(parts, states) : undefined;
  heads.forEach((shape, place) => {
    const pooled = (shape.pooling === 'mean' ? mean : first) ?? '';
    const prefix = headPrefix(shape, place);
    logits(parts, shape, { prefix, activation: head?.activation ?? 'tanh', pooled, hidden: config.hiddenSize });
    graph.output(headOutputName(shape), DataType.float, ['batch', shape.labels.length]);
  });
  if (outputs.includes('embedding') && mean !== undefined) {
    normalisedEmbedding(parts, mean);
    graph.output('embedding', DataType.float, ['batch', config.hiddenSize]);
  }
  if (outputs.includes('last_hidden_state')) {
    graph.node('Identity', 'last_hidden_state', [ofTexts]);
    graph.output('last_hidden_state', DataType.float, ['batch', 'tokens', config.hiddenSize]);
  }
  return graph.build({ opset: OPSET, irVersion: IR_VERSION });
}

function headsOf({ head }: EncoderModel): HeadShape[] {
  return head === undefined ? [] : [head.shape, ...(head.further ?? [])];
}

/** Whether all that is wanted are logits that heads read off the first state. */
function needsFirstStateOnly(model: EncoderModel): boolean {
  const heads = headsOf(model);
  return heads.length > 0 && heads.every(({ pooling }) => pooling !== 'mean') && model.outputs.every((output) => output === 'logits');
}

function declareInputs(graph: GraphBuilder, config: EncoderConfig): void {
  const names = ['input_ids', 'attention_mask', ...(config.tokenTypes > 1 ? ['token_type_ids'] : [])];
  for (const name of names) graph.input(name, DataType.int64, ['batch', 'tokens']);
}

/** The states after the last layer: `[batch, tokens, hidden]`, or `[batch, 1, hidden]` where the first alone is wanted. */
function encoderLayers(parts: ModelParts, config: EncoderConfig, firstStateOnly: boolean): string {
  const { graph } = parts;
  const mask = scoreMask(parts, attentionMask(parts, config));
  let states = embeddings(parts, config);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `encoder.layer.${layer}`;
    const last = layer === config.layers - 1;
    const queries =
      last && firstStateOnly
        ? graph.node('Slice', `${prefix}.first_state/Slice`, [states, graph.integers(0), graph.integers(1), graph.integers(1)])
        : states;
    states = block(parts, config, prefix, queries, states, mask);
  }
  return states;
}

/** One post-norm transformer block. */
function block(parts: ModelParts, config: EncoderConfig, prefix: string, queries: string, states: string, mask: string): string {
  const { graph } = parts;
  const { hiddenSize: hidden, intermediateSize: inner, layerNormEpsilon: epsilon } = config;
  const attended = adapted(parts, config, `${prefix}.attention.output`, attention(parts, config, prefix, queries, states, mask));
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
