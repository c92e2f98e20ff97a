import type { EncoderConfig } from '@attune/artifact';
import { DataType } from '../protobuf/onnx-model';
import { floatTensor } from '../protobuf/tensors';
import { layerNorm, parameter, parameterValue, type ModelParts } from './dense';
import { withPrompt } from './prompt';

/** Names of what an encoder reads, int64 `[batch, tokens]`. */
export interface EncoderInputs {
  ids: string;
  mask: string;
  /** Where the encoder has several types. */
  types: string;
  /** Rows of the position table, where they do not follow from the tokens' order. */
  positions?: string;
}

/** The sum of word, position and token type embeddings, a soft prompt's before them, normalised but in a causal encoder: `[batch, tokens, hidden]`. */
export function embeddings(parts: ModelParts, config: EncoderConfig, inputs: EncoderInputs): string {
  const { graph } = parts;
  const { hiddenSize: hidden } = config;
  const words = parameterValue(parts, 'embeddings.word_embeddings.weight', [config.vocabularySize, hidden]);
  let sum = graph.node('Gather', 'embeddings.word_embeddings/Gather', [words, inputs.ids]);
  if (config.tokenTypes > 1) {
    const types = parameterValue(parts, 'embeddings.token_type_embeddings.weight', [config.tokenTypes, hidden]);
    const gathered = graph.node('Gather', 'embeddings.token_type_embeddings/Gather', [types, inputs.types]);
    sum = graph.node('Add', 'embeddings.token_type_embeddings/Add', [sum, gathered]);
  }
  sum = graph.node('Add', 'embeddings.position_embeddings/Add', [sum, positions(parts, config, inputs)]);
  const states = withPrompt(parts, config, sum);
  return config.causal ? states : layerNorm(parts, states, 'embeddings.LayerNorm', hidden, config.layerNormEpsilon);
}

/** Position embeddings `[tokens, hidden]`, or `[batch, tokens, hidden]` in the RoBERTa family, where they depend on the padding ids. */
function positions(parts: ModelParts, config: EncoderConfig, inputs: EncoderInputs): string {
  const { graph } = parts;
  const name = 'embeddings.position_embeddings';
  const table = graph.initializer(floatTensor(`${name}.weight`, [config.maxPositions, config.hiddenSize], positionTable(parts, config)));
  if (inputs.positions !== undefined) return graph.node('Gather', `${name}/Gather`, [table, inputs.positions]);
  if (config.positionOffset > 0) return graph.node('Gather', `${name}/Gather`, [table, paddingAwarePositions(parts, config)]);
  const tokens = graph.node('Slice', `${name}/Tokens`, [
    graph.node('Shape', `${name}/Shape`, ['input_ids']),
    graph.integers(1),
    graph.integers(2),
  ]);
  const ahead = config.additions?.promptTokens ?? 0;
  const end = ahead === 0 ? tokens : graph.node('Add', `${name}/End`, [tokens, graph.integers(ahead)]);
  return graph.node('Slice', `${name}/Slice`, [table, graph.integers(ahead), end, graph.integers(0)]);
}

/**
 * The position table; where there is a single token type its one row is the same summand everywhere and joins the
 * table, so that the model needs no `token_type_ids`.
 */
function positionTable(parts: ModelParts, config: EncoderConfig): Float32Array {
  const { hiddenSize: hidden } = config;
  const table = parameter(parts, 'embeddings.position_embeddings.weight', [config.maxPositions, hidden]).values;
  if (config.tokenTypes !== 1) return table;
  const row = parameter(parts, 'embeddings.token_type_embeddings.weight', [1, hidden]).values;
  return table.map((value, index) => value + row[index % hidden]);
}

/** RoBERTa counts real tokens from the offset and gives every padding id the position of padding, `offset - 1`. */
function paddingAwarePositions({ graph }: ModelParts, config: EncoderConfig): string {
  const name = 'embeddings.position_ids';
  const padding = graph.node('Equal', `${name}/Equal`, ['input_ids', graph.integers(config.padTokenId)]);
  const real = graph.node('Cast', `${name}/Cast`, [graph.node('Not', `${name}/Not`, [padding])], { to: DataType.int64 });
  const ahead = config.additions?.promptTokens ?? 0;
  const texts = graph.node('CumSum', `${name}/CumSum`, [real, graph.integers(1)]);
  const count = ahead === 0 ? texts : graph.node('Add', `${name}/Ahead`, [texts, graph.integers(ahead)]);
  const counted = graph.node('Mul', `${name}/Mul`, [count, real]);
  return graph.node('Add', `${name}/Add`, [counted, graph.integers(config.positionOffset - 1)]);
}
