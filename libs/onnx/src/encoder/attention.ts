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
  const scale = 1 / Math.sqrt(width);
  const [queryStates, keyStates, valueStates] = config.causal
    ? fusedProjections(parts, states, name, { hidden, scale })
    : [
        dense(parts, queries, `${name}.self.query`, hidden, hidden, scale),
        dense(parts, states, `${name}.self.key`, hidden, hidden),
        dense(parts, states, `${name}.self.value`, hidden, hidden),
      ];
  const query = split(queryStates, 'query', [0, 2, 1, 3]);
  const key = split(keyStates, 'key', [0, 2, 3, 1]);
  const value = split(valueStates, 'value', [0, 2, 1, 3]);
  const scores = graph.node('Add', `${name}.scores/Add`, [graph.node('MatMul', `${name}.scores/MatMul`, [query, key]), bias]);
  const probabilities = graph.node('Softmax', `${name}.probabilities/Softmax`, [scores], { axis: -1 });
  const context = graph.node('MatMul', `${name}.context/MatMul`, [probabilities, value]);
  const ordered = graph.node('Transpose', `${name}.context/Transpose`, [context], { perm: [0, 2, 1, 3] });
  const joined = graph.node('Reshape', `${name}.context/Reshape`, [ordered, graph.integers(0, 0, hidden)]);
  return dense(parts, joined, `${name}.output.dense`, hidden, hidden);
}

/** Query, scaled, key and value of one dense layer that gives the three side by side. */
function fusedProjections(parts: ModelParts, states: string, name: string, { hidden, scale }: { hidden: number; scale: number }): string[] {
  const { graph } = parts;
  const joined = dense(parts, states, `${name}.self.c_attn`, 3 * hidden, hidden);
  const outputs = ['query', 'key', 'value'].map((part) => `${name}.self.${part}`);
  const [query, key, value] = graph.nodeWithOutputs(
    'Split',
    `${name}.self/Split`,
    [joined, graph.integers(hidden, hidden, hidden)],
    outputs,
    {
      axis: -1,
    },
  );
  return [graph.node('Mul', `${name}.self.query/Scaled`, [query, graph.scalar(scale)]), key, value];
}
