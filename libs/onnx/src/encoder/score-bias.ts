import { RELATIVE_BIAS, relativeBucket, type EncoderConfig } from '@attune/artifact';
import { DataType } from '../protobuf/onnx-model';
import { floatTensor, int64Tensor } from '../protobuf/tensors';
import { parameter, type ModelParts } from './dense';
import type { EncoderInputs } from './embeddings';
import { promptMask } from './prompt';

/** Added to the scores of padding: far below any score, so that their weight is exactly 0, and far from overflow. */
const MASKED_SCORE = -1e9;

/**
 * What is added to the scores of every block: `[batch, 1, 1, tokens]`, 0 for a real token and the masked score for padding; with what the
 * distances between tokens add, where the encoder has that (MPNet), `[batch, heads, tokens, tokens]`; of a causal encoder
 * `[batch, 1, tokens, tokens]`, the masked score for tokens after the query, too.
 */
export function scoreBias(parts: ModelParts, config: EncoderConfig, inputs: EncoderInputs): string {
  const { graph } = parts;
  const padding = paddingBias(parts, promptMask(parts, config, inputs.mask));
  if (config.causal) return graph.node('Add', 'score_bias/Causal', [padding, causalBias(parts, config)]);
  if (config.relativeBuckets === undefined) return padding;
  return graph.node('Add', 'score_bias/Distances', [padding, distanceBias(parts, config, config.relativeBuckets, inputs)]);
}

/** The part of a bias that one place's queries need, `[batch, heads or 1, 1, tokens]`. */
export function biasOfPlace({ graph }: ModelParts, config: EncoderConfig, bias: string, place: number): string {
  if (config.relativeBuckets === undefined) return bias;
  return graph.node('Slice', 'score_bias/Place', [bias, graph.integers(place), graph.integers(place + 1), graph.integers(2)]);
}

/** By a mask `[batch, tokens]` of integers. */
function paddingBias({ graph }: ModelParts, attentionMask: string): string {
  const mask = graph.node('Cast', 'attention_mask/Cast', [attentionMask], { to: DataType.float });
  const spread = graph.node('Unsqueeze', 'attention_mask/Unsqueeze', [mask, graph.integers(1, 2)]);
  const padding = graph.node('Sub', 'attention_mask/Sub', [graph.scalar(1), spread]);
  return graph.node('Mul', 'attention_mask/Mul', [padding, graph.scalar(MASKED_SCORE)]);
}

/** `[1, tokens, tokens]` */
function causalBias(parts: ModelParts, config: EncoderConfig): string {
  const { graph } = parts;
  const places = tokenPlaces(parts, config, 'causal');
  const queries = graph.node('Transpose', 'causal/Queries', [places], { perm: [1, 0] });
  const later = graph.node('Cast', 'causal/Cast', [graph.node('Greater', 'causal/Greater', [places, queries])], { to: DataType.float });
  const hidden = graph.node('Mul', 'causal/Mul', [later, graph.scalar(MASKED_SCORE)]);
  return graph.node('Unsqueeze', 'causal/Unsqueeze', [hidden, graph.integers(0)]);
}

/** `[batch or 1, heads, tokens, tokens]`, looked up in a table with a row a distance. */
function distanceBias(parts: ModelParts, config: EncoderConfig, buckets: number, { positions }: EncoderInputs): string {
  const { graph } = parts;
  const name = 'score_bias';
  const places = positions ?? tokenPlaces(parts, config, name);
  const keys = graph.node('Unsqueeze', `${name}/Keys`, [places, graph.integers(1)]);
  const queries = graph.node('Unsqueeze', `${name}/Queries`, [places, graph.integers(2)]);
  const distances = graph.node('Sub', `${name}/Sub`, [keys, queries]);
  const rows = graph.node('Add', `${name}/Rows`, [distances, graph.integers(config.maxPositions - 1)]);
  const gathered = graph.node('Gather', `${name}/Gather`, [distanceTable(parts, config, buckets), rows]);
  return graph.node('Transpose', `${name}/Transpose`, [gathered], { perm: [0, 3, 1, 2] });
}

/** A row for each distance that the position table allows, the most negative first. */
function distanceTable(parts: ModelParts, config: EncoderConfig, buckets: number): string {
  const { attentionHeads: heads, maxPositions } = config;
  const { values } = parameter(parts, RELATIVE_BIAS, [buckets, heads]);
  const rows = 2 * maxPositions - 1;
  const ofDistance = Float32Array.from({ length: rows * heads }, (_, at) => {
    const distance = Math.floor(at / heads) - maxPositions + 1;
    return values[relativeBucket(distance, buckets) * heads + (at % heads)];
  });
  return parts.graph.initializer(floatTensor('score_bias/table', [rows, heads], ofDistance));
}

/** 0, 1, 2 … for the tokens, a soft prompt's among them, `[1, tokens]`; its nodes' names begin with the prefix. */
export function tokenPlaces({ graph }: ModelParts, { additions }: EncoderConfig, prefix: string): string {
  const name = `${prefix}/token_places`;
  const scalar = (value: number): string => graph.initializer(int64Tensor(`${name}/${value}`, [], [value]));
  const shape = graph.node('Shape', `${name}/Shape`, ['input_ids']);
  const tokens = graph.node('Gather', `${name}/Tokens`, [shape, scalar(1)]);
  const ahead = additions?.promptTokens ?? 0;
  const count = ahead === 0 ? tokens : graph.node('Add', `${name}/Count`, [tokens, scalar(ahead)]);
  const range = graph.node('Range', `${name}/Range`, [scalar(0), count, scalar(1)]);
  return graph.node('Unsqueeze', `${name}/Unsqueeze`, [range, graph.integers(0)]);
}
