import { headOutputName, type HeadShape } from '@attune/artifact';
import { DataType } from '../protobuf/onnx-model';
import { dense, project, type ModelParts } from './dense';

/** Function after the dense layer of a family's own classification head. */
export type HeadActivation = 'tanh' | 'relu';

/** The first state of each row, `[batch, hidden]`, of states `[batch, tokens, hidden]`. */
export function firstState({ graph }: ModelParts, states: string): string {
  const sliced = graph.node('Slice', 'first_state/Slice', [states, graph.integers(0), graph.integers(1), graph.integers(1)]);
  return graph.node('Squeeze', 'first_state/Squeeze', [sliced, graph.integers(1)]);
}

/** The state of the last token of each row that is not padding, `[batch, hidden]`; the first where there is none (see `lastTokens`). */
export function lastState({ graph }: ModelParts, states: string, places: string, padTokenId: number): string {
  const padding = graph.node('Equal', 'last_state/Equal', ['input_ids', graph.integers(padTokenId)]);
  const real = graph.node('Cast', 'last_state/Cast', [graph.node('Not', 'last_state/Not', [padding])], { to: DataType.int64 });
  const ofReal = graph.node('Mul', 'last_state/Mul', [places, real]);
  const last = graph.node('ArgMax', 'last_state/ArgMax', [ofReal], { axis: 1, keepdims: 1 });
  return graph.node('GatherND', 'last_state/GatherND', [states, last], { batch_dims: 1 });
}

/** The mean of the states of real tokens, `[batch, hidden]`; zeros for a row that has none. */
export function meanState(parts: ModelParts, states: string): string {
  const mask = parts.graph.node('Cast', 'mean/Cast', ['attention_mask'], { to: DataType.float });
  return meanOf(parts, 'mean', states, mask);
}

/** The mean of the states of the second text of a pair, or of all real tokens where there is none, `[batch, hidden]`. */
export function meanStateOfPair(parts: ModelParts, states: string): string {
  const { graph } = parts;
  const mask = graph.node('Cast', 'pair/Cast', ['attention_mask'], { to: DataType.float });
  const types = graph.node('Cast', 'pair/Types', ['token_type_ids'], { to: DataType.float });
  const second = graph.node('Mul', 'pair/Second', [mask, types]);
  const tokens = graph.node('ReduceSum', 'pair/Tokens', [second, graph.integers(1)], { keepdims: 1 });
  const isPair = graph.node('Min', 'pair/IsPair', [tokens, graph.scalar(1)]);
  const alone = graph.node('Mul', 'pair/Alone', [mask, graph.node('Sub', 'pair/IsAlone', [graph.scalar(1), isPair])]);
  return meanOf(parts, 'pair', states, graph.node('Add', 'pair/Read', [second, alone]));
}

/** The mean of states, weighed by `[batch, tokens]`. */
function meanOf({ graph }: ModelParts, name: string, states: string, weights: string): string {
  const column = graph.node('Unsqueeze', `${name}/Unsqueeze`, [weights, graph.integers(2)]);
  const sum = graph.node('ReduceSum', `${name}/Sum`, [graph.node('Mul', `${name}/Mul`, [states, column]), graph.integers(1)], {
    keepdims: 0,
  });
  const count = graph.node('ReduceSum', `${name}/Count`, [column, graph.integers(1)], { keepdims: 0 });
  return graph.node('Div', `${name}/Div`, [sum, graph.node('Max', `${name}/Max`, [count, graph.scalar(1e-9)])]);
}

/** Rows `[batch, hidden]` divided by their Euclidean length. The result is called `embedding`. */
export function normalisedEmbedding({ graph }: ModelParts, rows: string): string {
  const squares = graph.node('Mul', 'embedding/Squares', [rows, rows]);
  const length = graph.node('Sqrt', 'embedding/Length', [graph.node('ReduceSum', 'embedding/Sum', [squares, graph.integers(-1)])]);
  return graph.node('Div', 'embedding', [rows, graph.node('Max', 'embedding/Max', [length, graph.scalar(1e-12)])]);
}

/** Where a head's parameters lie, and what it reads. */
export interface HeadPlace {
  /** Begin of its parameters' names. */
  prefix: string;
  activation: HeadActivation;
  /** Whether the family's own head is that of a causal encoder: an output layer without bias. */
  causal?: boolean;
  /** The value that it reads, `[batch, hidden]`. */
  pooled: string;
  hidden: number;
}

/** A head's outputs before softmax or sigmoid, `[batch, labels]`. The result is called as `headOutputName` says. */
export function logits(parts: ModelParts, head: HeadShape, { prefix, activation, pooled, hidden, causal = false }: HeadPlace): void {
  const { graph } = parts;
  if (causal && head.pooling === 'pooler') {
    graph.node('Identity', headOutputName(head), [project(parts, pooled, `${prefix}.output`, head.labels.length, hidden)]);
    return;
  }
  const features =
    head.pooling === 'pooler'
      ? graph.node(activation === 'tanh' ? 'Tanh' : 'Relu', `${prefix}/Activation`, [
          dense(parts, pooled, `${prefix}.dense`, hidden, hidden),
        ])
      : pooled;
  graph.node('Identity', headOutputName(head), [dense(parts, features, `${prefix}.output`, head.labels.length, hidden)]);
}
