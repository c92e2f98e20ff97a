import type { EncoderConfig } from '@attune/artifact';
import { dense, type ModelParts } from './dense';

/**
 * Multi-head self-attention (Vaswani et al. 2017), with its output layer, without the residual.
 * The queries may be fewer than the states: `queries` `[batch, queries, hidden]`, `states` `[batch, tokens, hidden]`.
 * `bias` is added to the scores `[batch, heads, queries, tokens]`.
 */
export function attention(parts: ModelParts, config: EncoderConfig, prefix: string, queries: string, states: string, bias: string): string {
  const { graph } = parts;
  const { hiddenSize: hidden, attentionHeads: heads } = config;
  const width = hidden / heads;
  const name = `${prefix}.attention`;
  const split = (projection: string, part: string, order: number[]): string => {
    const reshaped = graph.node('Reshape', `${name}.${part}/Reshape`, [projection, graph.integers(0, 0, heads, width)]);
    return graph.node('Transpose', `${name}.${part}/Transpose`, [reshaped], { perm: order });
  };
  const query = split(dense(parts, queries, `${name}.self.query`, hidden, hidden, 1 / Math.sqrt(width)), 'query', [0, 2, 1, 3]);
  const key = split(dense(parts, states, `${name}.self.key`, hidden, hidden), 'key', [0, 2, 3, 1]);
  const value = split(dense(parts, states, `${name}.self.value`, hidden, hidden), 'value', [0, 2, 1, 3]);
  const scores = graph.node('Add', `${name}.scores/Add`, [graph.node('MatMul', `${name}.scores/MatMul`, [query, key]), bias]);
  const probabilities = graph.node('Softmax', `${name}.probabilities/Softmax`, [scores], { axis: -1 });
  const context = graph.node('MatMul', `${name}.context/MatMul`, [probabilities, value]);
  const ordered = graph.node('Transpose', `${name}.context/Transpose`, [context], { perm: [0, 2, 1, 3] });
  const joined = graph.node('Reshape', `${name}.context/Reshape`, [ordered, graph.integers(0, 0, hidden)]);
  return dense(parts, joined, `${name}.output.dense`, hidden, hidden);
}
