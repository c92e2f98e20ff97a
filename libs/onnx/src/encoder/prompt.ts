import type { EncoderConfig } from '@attune/artifact';
import { floatTensor, int64Tensor } from '../protobuf/tensors';
import { parameter, type ModelParts } from './dense';

const NAME = 'prompt.embeddings';

/** Extents `[rows, …rest]` of something that each row of the batch gets. */
function forEachRow({ graph }: ModelParts, name: string, ...rest: number[]): string {
  const shape = graph.node('Shape', `${name}/InputShape`, ['input_ids']);
  const rows = graph.node('Slice', `${name}/Rows`, [shape, graph.integers(0), graph.integers(1)]);
  return graph.node('Concat', `${name}/Extents`, [rows, graph.integers(...rest)], { axis: 0 });
}

/**
 * Embeddings of texts `[batch, tokens, hidden]` with a soft prompt before each (Lester et al. 2021), where the encoder has one: the learned
 * vectors, at the first positions and of the first token type, before the norm.
 */
export function withPrompt(parts: ModelParts, config: EncoderConfig, texts: string): string {
  const tokens = config.additions?.promptTokens ?? 0;
  if (tokens === 0) return texts;
  const { graph } = parts;
  const prompt = graph.initializer(floatTensor(NAME, [1, tokens, config.hiddenSize], promptRows(parts, config, tokens)));
  const spread = graph.node('Expand', 'prompt/Expand', [prompt, forEachRow(parts, 'prompt', tokens, config.hiddenSize)]);
  return graph.node('Concat', 'prompt/Concat', [spread, texts], { axis: 1 });
}

/** The prompt's vectors with what every token gets from its position and type. */
function promptRows(parts: ModelParts, config: EncoderConfig, tokens: number): Float32Array {
  const { hiddenSize: hidden, maxPositions, positionOffset, tokenTypes } = config;
  const { values: positions } = parameter(parts, 'embeddings.position_embeddings.weight', [maxPositions, hidden]);
  const types = tokenTypes > 0 ? parameter(parts, 'embeddings.token_type_embeddings.weight', [tokenTypes, hidden]).values : undefined;
  return parameter(parts, NAME, [tokens, hidden]).values.map(
    (value, place) => value + positions[positionOffset * hidden + place] + (types?.[place % hidden] ?? 0),
  );
}

/** A mask of real tokens, int64 `[batch, tokens]`, with ones for a soft prompt's before it. */
export function promptMask(parts: ModelParts, { additions }: EncoderConfig, mask: string): string {
  const tokens = additions?.promptTokens ?? 0;
  if (tokens === 0) return mask;
  const { graph } = parts;
  const one = graph.initializer(int64Tensor('prompt_mask/one', [1, 1], [1]));
  const ones = graph.node('Expand', 'prompt_mask/Expand', [one, forEachRow(parts, 'prompt_mask', tokens)]);
  return graph.node('Concat', 'prompt_mask/Concat', [ones, mask], { axis: 1 });
}

/** The states of the text's tokens, without a soft prompt's. */
export function textStates({ graph }: ModelParts, { additions }: EncoderConfig, states: string): string {
  const tokens = additions?.promptTokens ?? 0;
  if (tokens === 0) return states;
  const axis = graph.integers(1);
  const end = graph.integers(Number.MAX_SAFE_INTEGER);
  return graph.node('Slice', 'prompt/TextStates', [states, graph.integers(tokens), end, axis]);
}
